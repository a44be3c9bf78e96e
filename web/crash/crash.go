// Package crash lets tests kill the portal at a named step, and make its long
// waits short, so that what a crash leaves behind can be looked at. All of it
// sits behind the build tag crashpoints: in any other build, and so in every
// release, the functions here do nothing and leave nothing in the binary. It is
// not for use outside the portal.
//
// In a build with the tag, CRASH_AT names the point where the process
// sends itself SIGKILL: "recorded", or "recorded:3" for the third time it is
// passed. With CRASH_POLITE it sends itself SIGTERM there and goes on, as
// when it is stopped at that step. CRASH_HASTE divides the waits that pass through Hasten. The
// points are named where they stand.
package crash
