// Package pcclient talks to the Microsoft Partner Center REST API: it finds a partner's customers and reads and updates their
// billing profiles, safely. It needs nothing but the standard library.
package pcclient
