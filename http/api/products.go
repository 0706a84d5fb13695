package api

import (
	"guishu/commands"
	"guishu/http/question"
)

// productRoutes are about products.
func (a *API) productRoutes() {
	const area = "产品 Products"
	list(a, area, "/v1/products", question.Products())
	one(a, area, "/v1/products/{product}", question.OneProduct())
	command[commands.LaunchProduct](a, area, "/v1/products")
	command[commands.OpenSubscription](a, area, "/v1/products/{product}/opening")
	command[commands.CloseSubscription](a, area, "/v1/products/{product}/closing")
	command[commands.RecordInception](a, area, "/v1/products/{product}/inception")
}
