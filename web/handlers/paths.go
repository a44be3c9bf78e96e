package handlers

import (
	"strconv"

	"github.com/partnerdesk/portal/pcclient"
)

func customerPath(id pcclient.TenantID) string { return "/customers/" + string(id) }

func billingPath(id pcclient.TenantID, page, draft string) string {
	return customerPath(id) + "/billing" + page + "?draft=" + draft
}

func historyPath(id pcclient.TenantID) string { return customerPath(id) + "/history" }

func changePath(id pcclient.TenantID, seq int64) string {
	return historyPath(id) + "/" + strconv.FormatInt(seq, 10)
}

func savePath(id pcclient.TenantID, key string) string {
	return customerPath(id) + "/saves/" + key
}

func keepPath(id pcclient.TenantID, draft string) string {
	return customerPath(id) + "/draft?draft=" + draft
}

func discardPath(id pcclient.TenantID, draft string) string {
	return customerPath(id) + "/draft/discard?draft=" + draft
}
