package http

import (
	_ "embed"
	"net/http"
	"sync"

	"guishu/http/api"
)

//go:embed pages/index.html
var indexPage []byte

//go:embed pages/docs.html
var docsPage []byte

//go:embed pages/docs.js
var docsScript []byte

//go:embed pages/page.css
var pageStyle []byte

// pages are for people with a browser. They load nothing from anywhere else.
func (s *Server) pages() {
	const area = "页面 Pages"
	page := func(path, name, media string, content []byte) {
		s.api.Raw(area, api.Route{Method: http.MethodGet, Path: path, Name: name, Entrance: api.ForAnybody}, "", func(w http.ResponseWriter, _ *http.Request) error {
			header := w.Header()
			header.Set("Content-Type", media)
			header.Set("Cache-Control", "no-cache")
			header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
			header.Set("Referrer-Policy", "no-referrer")
			_, _ = w.Write(content) // the client may have gone
			return nil
		})
	}
	// What runs here.
	page("/", "home", "text/html; charset=utf-8", indexPage)
	// The API to browse and try, from the document below.
	page("/docs", "docs", "text/html; charset=utf-8", docsPage)
	page("/docs/docs.js", "docs-script", "text/javascript; charset=utf-8", docsScript)
	page("/docs/page.css", "page-style", "text/css; charset=utf-8", pageStyle)
	// The OpenAPI document.
	document := sync.OnceValues(s.api.Document)
	s.api.Raw(area, api.Route{Method: http.MethodGet, Path: "/openapi.json", Name: "openapi", Entrance: api.ForAnybody}, "", func(w http.ResponseWriter, _ *http.Request) error {
		content, err := document()
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(content) // the client may have gone
		return nil
	})
}
