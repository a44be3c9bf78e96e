// Package pcsim simulates the part of the Partner Center API that deals with
// customers and their billing profiles.
package pcsim
