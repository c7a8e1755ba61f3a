package profile

import (
	"fmt"
)

// notes gathers what a person should read before training.
type notes struct{ list []string }

func (n *notes) warn(format string, args ...any) {
	n.list = append(n.list, fmt.Sprintf(format, args...))
}
