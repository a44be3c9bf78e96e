package pcsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/partnerdesk/portal/pcclient"
)

// Page sizes. 1 to 500 are documented; what 0 or nothing means to the upstream is
// unknown, 100 is ours, and so is taking more than 500 for 500.
const (
	defaultPage = 100
	largestPage = 500
)

// page answers the part of a collection that the query asks for, with the links to
// go on. totalCount is the number of items in this page, as in every sample.
func (s *Simulator) page(c *call, uri string, items []any) answer {
	size, ok := pageSize(c.query.Get("size"))
	if !ok {
		return s.badInput("The size is not valid.")
	}
	start, err := s.pageStart(c, size, len(items))
	if err != nil {
		return s.badInput(err.Error())
	}
	end := min(start+size, len(items))
	links := selfLink(uri + "?" + pageQuery(c, size, ""))
	if end < len(items) {
		links = append(links, member{"next", s.seekLink(c, uri, size, "Next", end)})
	}
	if start > 0 {
		links = append(links, member{"previous", s.seekLink(c, uri, size, "Previous", max(0, start-size))})
	}
	return s.success(obj("totalCount", end-start, "items", items[start:end], "links", links, "attributes", objectType("Collection")))
}

func pageSize(text string) (int, bool) {
	if text == "" {
		return defaultPage, true
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0:
		return 0, false
	case n == 0:
		return defaultPage, true
	}
	return min(n, largestPage), true
}

// pageStart is the first item of the page. Next and Previous need the continuation
// token of the same list with the same filter; PageIndex is not offered.
func (s *Simulator) pageStart(c *call, size, total int) (int, error) {
	seek := c.query.Get("seekOperation")
	switch strings.ToLower(seek) {
	case "", "first":
		return 0, nil
	case "last":
		return max(0, (total-1)/size*size), nil
	case "next", "previous":
		start, ok := s.readToken(c.header.Get("MS-ContinuationToken"), listKey(c, seek))
		if !ok {
			return 0, errors.New("The continuation token is missing or not valid for this request.")
		}
		return min(start, total), nil
	}
	return 0, errors.New("The seek operation is not supported.")
}

// seekLink needs its header as well as its uri to work.
func (s *Simulator) seekLink(c *call, uri string, size int, seek string, start int) object {
	if s.Switches().NextURI == "v1" {
		uri = "/v1" + uri
	}
	return obj("uri", uri+"?"+pageQuery(c, size, seek), "method", "GET",
		"headers", []any{obj("key", "MS-ContinuationToken", "value", s.newToken(start, listKey(c, seek)))})
}

func pageQuery(c *call, size int, seek string) string {
	parts := []string{"size=" + strconv.Itoa(size)}
	for _, name := range []string{"startDate", "endDate", "filter"} {
		if v := c.query.Get(name); v != "" {
			parts = append(parts, name+"="+url.QueryEscape(v))
		}
	}
	if seek != "" {
		parts = append(parts, "seekOperation="+seek)
	}
	return strings.Join(parts, "&")
}

// listKey is what a token is bound to, besides the simulator's own key.
func listKey(c *call, seek string) string {
	return strings.Join([]string{c.path, c.query.Get("filter"), c.query.Get("startDate"), c.query.Get("endDate"), strings.ToLower(seek)}, "\n")
}

// newToken looks like a real one: GUIDs, commas, base64 with plus and slash.
func (s *Simulator) newToken(start int, key string) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(start))
	b = append(b, s.sign(b, key)...)
	return pcclient.NewGUID() + "," + pcclient.NewGUID() + "_" + base64.StdEncoding.EncodeToString(b) + "," + pcclient.NewGUID()
}

func (s *Simulator) readToken(token, key string) (int, bool) {
	parts := strings.Split(token, ",")
	if len(parts) != 3 {
		return 0, false
	}
	_, text, _ := strings.Cut(parts[1], "_")
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) < 8 || !hmac.Equal(b[8:], s.sign(b[:8], key)) {
		return 0, false
	}
	return int(binary.BigEndian.Uint64(b[:8])), true
}

func (s *Simulator) sign(start []byte, key string) []byte {
	m := hmac.New(sha256.New, s.secret)
	m.Write(start)
	m.Write([]byte(key))
	return m.Sum(nil)
}
