package http_test

import (
	"net/http"
	"testing"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
)

func TestAClaimIsFiledApprovedAndOwned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customer := h.customer("ann", h.north, "张三")
	var filed ledger.Answer
	h.as("ann").post("/v1/claims", map[string]any{"customer": customer}).is(http.StatusCreated).read(&filed)
	path := "/v1/applications/" + filed.ID.String()
	h.as("bo").post(path+"/approval", map[string]any{}).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	h.as("southhead").post(path+"/approval", map[string]any{}).refuses(http.StatusForbidden, ownership.ErrOutOfJurisdiction)
	h.as("northhead").post(path+"/approval", map[string]any{}).is(http.StatusCreated)
	h.as("bo").post("/v1/claims", map[string]any{"customer": customer}).refuses(http.StatusConflict, ownership.ErrAlreadyOwned)
}

func TestARetryGivesTheFirstAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	customer, other := h.customer("ann", h.north, "张三"), h.customer("ann", h.north, "李四")
	key := []string{"Idempotency-Key", "5f0c1f6e-0c9b-4e0e-a3c5-000000000001"}
	var first, again ledger.Answer
	ann.post("/v1/claims", map[string]any{"customer": customer}, key...).is(http.StatusCreated).lacks(`"repeated"`).read(&first)
	ann.post("/v1/claims", map[string]any{"customer": customer}, key...).is(http.StatusOK).read(&again)
	if !again.Repeated || again.ID != first.ID || again.Position != first.Position || again.Revision != first.Revision {
		t.Errorf("first %+v, again %+v", first, again)
	}
	ann.post("/v1/claims", map[string]any{"customer": other}, key...).refuses(http.StatusConflict, domain.ErrIdempotencyKeyReused)
	ann.post("/v1/claims", map[string]any{"customer": other}, "Idempotency-Key", "").refuses(http.StatusBadRequest, domain.ErrIdempotencyKeyRequired)
	ann.post("/v1/claims", map[string]any{"customer": other}, "Idempotency-Key", "short").refuses(http.StatusBadRequest, domain.ErrIdempotencyKeyRequired)
}

func TestWhatTheAddressSaysCannotBeSaidOtherwise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.as("admin")
	path := "/v1/units/" + h.north.String() + "/name"
	admin.post(path, map[string]any{"name": "北街支局", "unit": h.south}).refuses(http.StatusBadRequest, domain.ErrRequestValidation)
	admin.post(path, map[string]any{"name": "北街支局", "unit": h.north}).is(http.StatusCreated)
	admin.post("/v1/units/not-an-id/name", map[string]any{"name": "x"}).refuses(http.StatusBadRequest, domain.ErrRequestIDFormat)
}
