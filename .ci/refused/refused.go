// Package refused holds a line for each thing that the linters are there to refuse, and
// at its end the linters that must; "supply gates" proves that they do. Nothing here runs.
package refused

import (
	"context"
	"crypto/des" // want gosec
	"crypto/md5" // want gosec
	"crypto/rsa"
	"crypto/tls"
	"database/sql"
	"encoding/gob" // want depguard
	"encoding/xml" // want depguard
	"errors"
	"fmt"
	"html/template" // want depguard
	"io"
	"log"
	"log/slog"
	"math/rand" // want depguard
	"net/http"
	_ "net/http/pprof"           // want depguard
	"os/exec"                    // want depguard
	texttemplate "text/template" // want depguard
	"unsafe"                     // want depguard

	"github.com/a-h/templ"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware" // want depguard
)

func init() { // want gochecknoinits
	log.Print("to nobody in particular") // want forbidigo
	slog.Info("to nobody in particular") // want forbidigo
	println("to nobody in particular")   // want forbidigo
}

var Parts = []any{
	des.NewCipher,
	md5.New,
	gob.NewDecoder,
	xml.NewDecoder,
	exec.Command,
	texttemplate.New,
	template.HTML(""), // want forbidigo
	template.URL(""),  // want forbidigo
	unsafe.Sizeof(0),
	middleware.CSRF,
	pgx.QueryExecModeSimpleProtocol,          // want forbidigo
	rand.Int(),                               // want gosec
	tls.Config{InsecureSkipVerify: true},     // want gosec
	tls.Config{MinVersion: tls.VersionTLS10}, // want gosec
}

func Pages(ctx echo.Context, e *echo.Echo, text string) error {
	templ.Raw(text)               // want forbidigo
	_ = templ.SafeURL(text)       // want forbidigo
	_ = templ.JSExpression(text)  // want forbidigo
	e.Static("/", ".")            // want forbidigo
	_ = http.FileServer(nil)      // want forbidigo
	_ = ctx.FormValue("one")      // want forbidigo
	_ = ctx.Bind(&text)           // want forbidigo
	_ = ctx.JSONP(200, text, nil) // want forbidigo
	_ = ctx.XML(200, nil)         // want forbidigo
	return ctx.File(text)         // want forbidigo
}

func Calls(ctx context.Context, db *sql.DB, name string) error {
	if _, err := http.Get(name); err != nil { // want bodyclose forbidigo
		return err
	}
	if err := http.ListenAndServe(":0", nil); err != nil { // want forbidigo gosec
		return err
	}
	_ = http.DefaultClient                                       // want forbidigo
	db.PingContext(ctx)                                          // want errcheck
	query := fmt.Sprintf("SELECT a FROM b WHERE c = '%s'", name) // want gosec
	rows, err := db.QueryContext(ctx, query)                     // want rowserrcheck sqlclosecheck
	if err == io.EOF {                                           // want errorlint
		return errors.New("ended")
	}
	for rows.Next() {
	}
	_, err = db.ExecContext(ctx, "DELETE FROM b WHERE c = '"+name+"'") // want gosec
	_, _ = rsa.GenerateKey(nil, 1024)                                  // want gosec
	return err
}

func Body(client *http.Client, r *http.Request) error {
	answer, err := client.Do(r) // want bodyclose
	_ = answer.Status
	return err
}
