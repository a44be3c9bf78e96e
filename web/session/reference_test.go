package session

import "testing"

// The id and the key of a session are each 32 bytes of the system's randomness, and none
// comes twice.
func TestReferencesAreRandom(t *testing.T) {
	t.Run("V7.2.3", func(t *testing.T) {
		const many = 1_000_000
		seen := make(map[[half]byte]bool, many)
		var ones [half * 8]int
		for range many {
			ref := newReference()
			if seen[ref.id] || ref.id == ref.key {
				t.Fatal("an id came twice")
			}
			seen[ref.id] = true
			for bit := range ones {
				ones[bit] += int(ref.id[bit/8] >> (bit % 8) & 1)
			}
		}
		for bit, n := range ones { // each is right by half of them, give or take ten standard deviations
			if n < many/2-5000 || n > many/2+5000 {
				t.Errorf("bit %d is set in %d of %d", bit, n, many)
			}
		}
	})
}
