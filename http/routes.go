package http

// routes registers everything that can be asked, one area a line.
func (s *Server) routes() {
	s.router.NotFound(s.unknownRoute)
	s.router.MethodNotAllowed(s.unknownMethod)

	s.pages()             // what runs here, and the API to browse
	s.healthRoutes()      // for those who watch over the program
	s.sessionRoutes()     // signing in and out, who am I, API tokens
	s.unitRoutes()        // the organisation's units
	s.staffRoutes()       // staff, their access and their departure (B-02, B-28)
	s.customerRoutes()    // customers, from first entry to erasure (B-08, B-09, B-20)
	s.claimRoutes()       // looking up, claiming and deciding claims (A-03 … A-14)
	s.attachmentRoutes()  // advisors of a customer, and their contacts (B-29 … B-31)
	s.productRoutes()     // products (B-19)
	s.paymentRoutes()     // payments and what was bought (B-06, B-11 … B-18)
	s.attributionRoutes() // who earned a commission, and why (B-29 … B-31)
	s.performanceRoutes() // counts and sums at three levels (B-18)
	s.policyRoutes()      // the rules in force (B-01)
	s.migrationRoutes()   // batches of imported history (B-31)
}
