// Package together runs the parts of an experiment at once.
package together

// Run runs f for 0 to n-1, and returns the first error when all have ended.
func Run(n int, f func(i int) error) (err error) {
	done := make(chan error, n)
	for i := range n {
		go func() { done <- f(i) }()
	}
	for range n {
		if failed := <-done; err == nil {
			err = failed
		}
	}
	return err
}
