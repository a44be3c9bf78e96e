package pcclient

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"strconv"
)

var errNotList = errors.New("not a page of a list")

// list is the frame around every paged answer.
type list struct {
	total int
	items []json.RawMessage
	next  *Link
}

func (c *Client) list(ctx context.Context, r *request) (list, *answer, *Error) {
	a, e := c.do(ctx, r)
	if e != nil {
		return list{}, nil, e
	}
	l, err := parseList(a.body)
	if err != nil {
		return list{}, nil, r.unusable(a)
	}
	return l, a, nil
}

func parseList(data []byte) (list, error) {
	o, err := parseObject(data)
	if err != nil {
		return list{}, err
	}
	var l list
	if !o.hasAny("items", "totalCount", "links") {
		return list{}, errNotList
	}
	if items := o.get("items"); items != nil && json.Unmarshal(items, &l.items) != nil {
		return list{}, errNotList
	}
	l.total, _ = strconv.Atoi(o.text("totalCount"))
	var neighbours struct{ Next *Link }
	if links := o.get("links"); links != nil && json.Unmarshal(links, &neighbours) != nil {
		return list{}, errNotList
	}
	if neighbours.Next != nil && neighbours.Next.URI != "" {
		l.next = neighbours.Next
	}
	return l, nil
}

// all walks a list page by page.
func all[T any](ctx context.Context, path string, first func(context.Context) ([]T, *Link, error), next func(context.Context, Link) ([]T, *Link, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		seen := map[string]bool{}
		items, link, err := first(ctx)
		// The caller's request ID names the first page only; each further page is an operation of its own.
		ctx := WithRequestID(ctx, "")
		for {
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if link == nil {
				return
			}
			if seen[link.key()] {
				e := &Error{Method: http.MethodGet, Path: path}
				yield(none, e.unexpected("the list leads back to a page already seen", nil, false))
				return
			}
			seen[link.key()] = true
			items, link, err = next(ctx, *link)
		}
	}
}
