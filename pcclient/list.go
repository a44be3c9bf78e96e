package pcclient

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
)

// list is the frame around every paged answer.
type list struct {
	TotalCount int               `json:"totalCount"`
	Items      []json.RawMessage `json:"items"`
	Links      links             `json:"links"`
}

func (c *Client) list(ctx context.Context, r *request) (list, *answer, *Error) {
	a, e := c.do(ctx, r)
	if e != nil {
		return list{}, nil, e
	}
	var l list
	if _, err := parseObject(a.body); err != nil || json.Unmarshal(a.body, &l) != nil {
		return list{}, nil, r.unusable(a)
	}
	if l.Links.Next != nil && l.Links.Next.URI == "" {
		l.Links.Next = nil
	}
	return l, a, nil
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
