package app

import (
	"github.com/godwit-health/godwit/internal/area/stock"
)

// medicines builds what is kept on shelves, and what is prescribed and given of it.
func (n *Node) medicines(o Options) {
	n.Stock = stock.New(stock.Deps{DB: n.DB, Journal: n.Journal, Access: n.Access, Pages: n.Pages, Sites: n.Sites, Clock: o.Clock})
}
