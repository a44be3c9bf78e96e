package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

var writeLooks = flag.Bool("write-looks", false, "write testdata/looks and testdata/trees as the pages are now (make looks)")

// everyPage goes past the pages of which pictures and trees are kept.
func everyPage(p *tab, at func(name string)) {
	p.open("/signin")
	at("signin")
	p.signIn("Ada Admin")
	p.open("/customers/" + string(p.id(p.t, harbourline)))
	at("customer")
	p.open("/")
	at("home")
	p.open("/customers?q=har")
	at("customers")
	p.open("/settings")
	at("settings")
	p.open("/help")
	at("help")
	p.openFor(http.StatusNotFound, "/nowhere")
	at("error")
	p.billing(harbourline)
	p.fill("companyName", "")
	p.fill("email", "invoices")
	p.pressFor(http.StatusUnprocessableEntity, review)
	at("edit")
	p.fill("companyName", "Harbourline Ceramics & Glass")
	p.fill("email", "mine@harbourline.example")
	p.press(review)
	at("review")
	p.elsewhere(p.t, harbourline, `{"email":"theirs@harbourline.example"}`)
	p.pressFor(http.StatusConflict, save)
	at("merge")
	p.pressPartHere(pick("email", "mine"))
	p.press(reviewMerged)
	p.press(save)
	p.press("View change")
	at("change")
	p.open("/changes")
	at("changes")
}

// whatIsTold holds what a screen reader is told of each page against what is kept of it.
func whatIsTold(p *tab) {
	everyPage(p, p.wantTree)
}

// whatIsShown holds how each page looks in every display against the small pictures kept
// of it. Pictures of other fonts say nothing.
func whatIsShown(p *tab) {
	fonts := hold[string](p, "fonts") + "\n"
	if *writeLooks {
		writeKept(p.t, "looks/fonts.txt", []byte(fonts))
	} else if kept, err := os.ReadFile(filepath.Join("testdata", "looks", "fonts.txt")); err != nil || string(kept) != fonts {
		p.t.Skipf("no pictures are compared, as the fonts are others: the same text is wide here %sand in the pictures %s", fonts, kept)
	}
	everyPage(p, p.wantLook)
}

func writeKept(t *testing.T, name string, data []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// wantTree holds what a screen reader is told of the page against what is kept.
func (p *tab) wantTree(name string) {
	p.t.Helper()
	tree, file := p.tree(), "trees/"+name+".txt"
	if *writeLooks {
		writeKept(p.t, file, []byte(tree))
		return
	}
	kept, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(file)))
	if err != nil {
		p.t.Errorf("%v; make looks writes it", err)
	}
	if diff := cmp.Diff(string(kept), tree); diff != "" {
		p.t.Errorf("%s: a screen reader is told something else than testdata/%s says; if that is right, make looks writes it:\n%s", name, file, diff)
	}
}

var (
	// heardRoles are those that a person moves by or acts on.
	heardRoles = strings.Fields("banner main navigation complementary region search form contentinfo dialog heading link button textbox searchbox combobox listbox radio checkbox group radiogroup" +
		" table columnheader rowheader list status progressbar DisclosureTriangle Date image")
	states  = strings.Fields("level invalid required checked expanded disabled haspopup current")
	figures = regexp.MustCompile(`[0-9a-f]{4,}(-[0-9a-f]{4,})+|\d+`)
)

// tree is what a screen reader is told of the page, a line each, without figures, which
// differ from run to run. It wants a name for all that needs one.
func (p *tab) tree() string {
	p.t.Helper()
	var answer accessibility.GetFullAXTreeResult
	p.call(func(ctx context.Context) (err error) {
		answer, err = chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		return err
	})
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range answer.Nodes {
		nodes[n.NodeID] = n
	}
	text := func(v *accessibility.Value) string {
		if v == nil {
			return ""
		}
		var value any
		if err := json.Unmarshal(v.Value, &value); err != nil || value == nil {
			return ""
		}
		return fmt.Sprint(value)
	}
	var b strings.Builder
	var write func(id accessibility.NodeID, depth int)
	write = func(id accessibility.NodeID, depth int) {
		n := nodes[id]
		if n == nil {
			return
		}
		if role := text(n.Role); !n.Ignored && slices.Contains(heardRoles, role) {
			name := strings.Join(strings.Fields(text(n.Name)), " ")
			fmt.Fprintf(&b, "%s%s", strings.Repeat("  ", depth), strings.ToLower(role))
			if name != "" {
				fmt.Fprintf(&b, " %q", figures.ReplaceAllString(name, "#"))
			} else if slices.Contains([]string{"link", "button", "textbox", "searchbox", "combobox", "radio", "checkbox", "navigation", "dialog", "table", "heading", "region"}, role) {
				p.t.Errorf("at %s: a %s without a name", p.path(), role)
			}
			for _, s := range n.Properties {
				if value := text(s.Value); slices.Contains(states, string(s.Name)) && value != "false" {
					fmt.Fprintf(&b, " %s=%s", s.Name, value)
				}
			}
			if about := text(n.Description); about != "" {
				fmt.Fprintf(&b, " (%s)", figures.ReplaceAllString(about, "#"))
			}
			b.WriteByte('\n')
			depth++
			if role == "combobox" {
				return // its options are data
			}
		}
		for _, child := range n.ChildIDs {
			write(child, depth)
		}
	}
	write(answer.Nodes[0].NodeID, 0)
	return b.String()
}

// A picture is kept as its blocks of blockSize px, in greyLevels shades of grey: what is
// lost is the shape of letters, what is kept is where there is text, an edge, a colour.
const (
	blockSize  = 8
	greyLevels = 16
)

// A display looks other than it did where more than mostBlocks of a thousand blocks that
// are not mere background differ by more than farGrey of 255, each smoothed with those
// around it. Another time of day or figure stays far below.
const (
	farGrey    = 16
	mostBlocks = 40
)

// looked are the displays that pictures are kept of, no higher than most pages are.
func looked() (list []display) {
	for _, d := range displays {
		if d.spaced || d.moves || d.width == 640 || d.rtl && d.width == 320 {
			continue
		}
		switch {
		case d.height == usualHeight && d.width <= 400:
			d.height = 1200
		case d.height == usualHeight:
			d.height = 1600
		}
		list = append(list, d)
	}
	return list
}

// wantLook holds the page in every display against the pictures kept of it, which stand
// side by side in one file.
func (p *tab) wantLook(name string) {
	p.t.Helper()
	file := filepath.Join("testdata", "looks", name+".png")
	kept := &image.Gray{}
	if data, err := os.ReadFile(file); err == nil {
		picture, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			p.t.Fatal(err)
		}
		kept = grey(picture)
	} else if !*writeLooks {
		p.t.Errorf("%v; make looks writes it", err)
		return
	}
	left, report, most := 0, []string{}, 0
	var pictures []*image.Gray
	for _, d := range looked() {
		p.show(d)
		small := blocks(p.picture())
		pictures = append(pictures, small)
		was := kept.SubImage(small.Rect.Add(image.Pt(left, 0))).(*image.Gray)
		far := apart(moveTo(was), small)
		if most = max(most, far); far > mostBlocks {
			report = append(report, fmt.Sprintf("%s (%d ‰)", d.name, far))
		}
		left += small.Rect.Dx() + 1
	}
	sheet := sideBySide(pictures)
	p.show(display{width: p.mode.width, height: usualHeight})
	if *writeLooks {
		if most > mostBlocks/8 { // else it is the time of day that differs
			writeKept(p.t, "looks/"+name+".png", encoded(p.t, sheet))
		}
		return
	}
	if len(report) > 0 {
		if err := os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), encoded(p.t, sheet), 0o600); err != nil {
			p.t.Fatal(err)
		}
		p.t.Errorf("%s looks other than %s in %s; if that is right, make looks takes new pictures", name, file, strings.Join(report, ", "))
	}
}

func (p *tab) picture() image.Image {
	p.t.Helper()
	var shot page.CaptureScreenshotResult
	fast := true
	p.call(func(ctx context.Context) (err error) {
		shot, err = chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{OptimizeForSpeed: &fast})
		return err
	})
	picture, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		p.t.Fatal(err)
	}
	return picture
}

func grey(picture image.Image) *image.Gray {
	out := image.NewGray(picture.Bounds())
	draw.Draw(out, out.Rect, picture, picture.Bounds().Min, draw.Src)
	return out
}

// moveTo is a picture with its corner at the origin.
func moveTo(picture *image.Gray) *image.Gray {
	out := image.NewGray(picture.Rect.Sub(picture.Rect.Min))
	draw.Draw(out, out.Rect, picture, picture.Rect.Min, draw.Src)
	return out
}

// blocks is the picture with a pixel for each block, its mean.
func blocks(picture image.Image) *image.Gray {
	from := grey(picture)
	out := image.NewGray(image.Rect(0, 0, (from.Rect.Dx()+blockSize-1)/blockSize, (from.Rect.Dy()+blockSize-1)/blockSize))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			block := image.Rect(x*blockSize, y*blockSize, (x+1)*blockSize, (y+1)*blockSize).Intersect(from.Rect)
			sum := 0
			for by := block.Min.Y; by < block.Max.Y; by++ {
				for bx := block.Min.X; bx < block.Max.X; bx++ {
					sum += int(from.GrayAt(bx, by).Y)
				}
			}
			out.SetGray(x, y, color.Gray{uint8(sum / (block.Dx() * block.Dy()))})
		}
	}
	return out
}

// apart tells how many in a thousand of the blocks differ far that are not background in
// both pictures.
func apart(a, b *image.Gray) int {
	if a.Rect != b.Rect {
		return 1000
	}
	far, inked := 0, 1
	groundA, groundB := ground(a), ground(b)
	for y := range b.Rect.Dy() {
		for x := range b.Rect.Dx() {
			if distance(a.GrayAt(x, y).Y, groundA) > farGrey || distance(b.GrayAt(x, y).Y, groundB) > farGrey {
				inked++
			}
			around := image.Rect(x-1, y-1, x+2, y+2).Intersect(b.Rect)
			sum := 0
			for ay := around.Min.Y; ay < around.Max.Y; ay++ {
				for ax := around.Min.X; ax < around.Max.X; ax++ {
					sum += int(a.GrayAt(ax, ay).Y) - int(b.GrayAt(ax, ay).Y)
				}
			}
			if n := around.Dx() * around.Dy(); max(sum, -sum) > farGrey*n {
				far++
			}
		}
	}
	return far * 1000 / inked
}

func distance(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

// ground is the shade that most of a picture has.
func ground(picture *image.Gray) (most uint8) {
	var count [256]int
	for _, shade := range picture.Pix {
		if count[shade]++; count[shade] > count[most] {
			most = shade
		}
	}
	return most
}

func sideBySide(pictures []*image.Gray) *image.Gray {
	size := image.Point{}
	for _, one := range pictures {
		size = image.Pt(size.X+one.Rect.Dx()+1, max(size.Y, one.Rect.Dy()))
	}
	sheet, left := image.NewGray(image.Rectangle{Max: size}), 0
	for _, one := range pictures {
		draw.Draw(sheet, one.Rect.Add(image.Pt(left, 0)), one, image.Point{}, draw.Src)
		left += one.Rect.Dx() + 1
	}
	return sheet
}

// encoded is the picture as PNG, in few shades so that it is small.
func encoded(t *testing.T, picture *image.Gray) []byte {
	t.Helper()
	shades := make(color.Palette, greyLevels)
	for i := range shades {
		shades[i] = color.Gray{uint8(i * 255 / (greyLevels - 1))}
	}
	few := image.NewPaletted(picture.Rect, shades)
	draw.Draw(few, few.Rect, picture, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
