package app_test

import (
	"testing"

	"guishu/internal/app"

	"github.com/jackc/pgx/v5"
)

// L-08: on a database that grants few connections a server opens fewer than that, and a
// command beside it fewer still.
func TestASmallDatabaseIsNotExhausted(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	connection, err := pgx.Connect(t.Context(), here.url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(t.Context())
	limit := `ALTER DATABASE ` + pgx.Identifier{connection.Config().Database}.Sanitize() + ` CONNECTION LIMIT 30`
	if _, err := connection.Exec(t.Context(), limit); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*app.Config)
		want   int32
	}{
		"a server":                   {func(*app.Config) {}, 9},
		"a server of which was said": {func(c *app.Config) { c.Connections = 20 }, 8},
		"a command beside":           {func(c *app.Config) { c.Tool = true }, 4},
	} {
		config := here.config("")
		c.change(&config)
		a, err := app.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Pool.Config().MaxConns; got != c.want {
			t.Errorf("%s pools %d connections, want %d", name, got, c.want)
		}
		closed(t, a)
	}
}
