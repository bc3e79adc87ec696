package app

import "github.com/godwit-health/godwit/internal/area/care/chart"

// charts builds how children grow, which a person's page and an encounter lead to.
func (n *Node) charts(o Options) {
	n.Charts = chart.New(chart.Deps{DB: n.DB, Access: n.Access, Pages: n.Pages, People: n.People, Orders: n.Orders, Clock: o.Clock})
	n.Encounters.OnBeside(n.Charts.Beside)
	n.People.OnRecord(n.Charts.Links)
}
