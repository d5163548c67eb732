package priorities

import (
	"testing"
	"testing/synctest"
)

func TestTheSendersQueueDecidesWhoEndsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		found, err := compare(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", found)
		if wrong := judge(found); wrong != "" {
			t.Error(wrong)
		}
	})
}
