package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

// Secret is text that is never printed: in every format, in JSON and in logs it
// reads ***. Convert it to a string where it is used, and nowhere else.
type Secret string

// secretLimit is far above any key or password in a file.
const secretLimit = 64 << 10

const masked = "***"

// String implements fmt.Stringer. An empty secret prints as nothing, so that a
// missing one can be told from a hidden one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// Format implements fmt.Formatter, so that no verb prints the text, %#v and %x
// included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText implements encoding.TextMarshaler, which encoding/json uses too.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// orFile returns the secret, or if a file is named instead the text of that
// file without the space and line end around it. Naming both is refused: it
// would be unclear which one holds.
func (s Secret) orFile(path string) (Secret, error) {
	if path == "" {
		return s, nil
	}
	if s != "" {
		return "", fmt.Errorf("is set beside the variable without _FILE: keep one of the two")
	}
	text, err := readText(path, secretLimit)
	if err != nil {
		return "", err
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("is empty: %s", path)
	}
	return Secret(text), nil
}

// readText reads a file of at most limit bytes, which keeps a wrong path, such as a disk
// image, out of memory.
func readText(path string, limit int64) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	if int64(len(text)) > limit {
		return "", fmt.Errorf("is larger than %d KiB: %s", limit>>10, path)
	}
	return string(text), nil
}
