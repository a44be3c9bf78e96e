// Package pcsim simulates the part of Microsoft's Partner Center API that deals
// with the billing profiles of a CSP partner's customers: search, customer, billing
// profile with ETag concurrency, company profile, validation status, qualifications,
// country rules, address validation and audit records. Any program that talks to
// Partner Center can be tried against it, without an account.
//
//	sim, err := pcsim.New(pcsim.Options{})
//	http.ListenAndServe("localhost:8082", sim)             // over the network
//	client := &http.Client{Transport: sim.Transport()}     // or without sockets
//
// It keeps everything in memory and begins with made-up customers that depend on
// Options.Seed only. It is as strict as the evidence, never kinder: where nobody
// knows what the service does, a switch offers every candidate, and what had to be
// invented is marked as ours in the source, error codes above all.
//
// # A call
//
// Requests may use any casing and explicit nulls. Successful answers are minified
// camelCase JSON behind a byte order mark, nulls left out, empty strings kept; errors
// have no byte order mark. MS-RequestId and MS-CorrelationId are echoed or made,
// MS-CV, MS-ServerId and Request-Context are added, and there is no ETag header:
// the ETag stands in attributes.etag.
//
// GET /v1/customers pages by size (1 to 500; 0 or nothing is 100, which is ours) and
// filters with starts_with on CompanyName or Domain. links.next works only together
// with the MS-ContinuationToken header listed in it, and only for the same filter.
// totalCount is the number of items in the page.
//
// PUT …/profiles/billing takes the ETag from If-Match (quoted or not), else from the
// body's attributes.etag, as the official SDKs send it. It replaces the whole
// profile: a member left out is cleared. id, links and attributes.objectType are
// ignored, a member the server does not know is dropped, culture gets its usual
// casing. The ETag is compared before the content is checked. Every accepted PUT
// gives a new random ETag, even one that changes nothing, and writes audit records.
// Refused are: missing email, culture, language, companyName or address; lengths,
// country, state, city and postal code against the country's rules; company names
// and emails the documentation forbids; region as an empty string (400 without a
// body); a missing phone number in the countries of error 600051. Phone patterns and
// lists of cultures and languages are not enforced: nobody has seen that.
//
// # Tokens
//
// Without Options.Issuer every bearer token is an admin agent called anonymous. With
// it, access tokens must be RS256, signed by a key from the issuer's discovery
// document, in time, for Options.Audience (else 401 with code 900420), from the
// issuer or https://sts.windows.net/{tid}/, and with the partner's tid. A token with
// scp speaks for a person: it needs mfa in amr (else 401, switch mfa), and
// Options.Roles, by oid, decides. Admin agents may do all; sales agents all but
// audit records, organization and customDomains; helpdesk agents only read (switch
// helpdeskWrites); None nothing. A token without scp is app-only: 403 with code
// 900329 where the documentation says so, and on billing profiles the refusal for
// the role, because that is the only answer reported. With ValidateMfa: true the
// answer carries isMfaCompliant.
//
// # Control
//
// Over HTTP under /_sim/ (no token needed), or by the methods of Simulator:
//
//	GET, PUT  /_sim/switches               flat JSON; a PUT may name some only
//	GET, POST, DELETE /_sim/faults         POST adds a JSON array of Fault
//	GET       /_sim/journal                calls and stored versions since the reset
//	GET       /_sim/customers              id, companyName, domain, country
//	POST      /_sim/customers/{id}/edit?by=Name   merge patch by somebody else
//	POST      /_sim/reset                  back to the beginning
//
// Wrong names or values are answered 400 with {"error":"…"} naming them. The
// switches and their values are the fields of [Switches], the faults' those of
// [Fault].
//
// # Faults
//
// The next call that fits method and path meets the fault; its parts happen in this
// order:
//
//  1. delayBeforeMs passes. Nothing was looked at yet, so an edit in this time makes
//     a PUT stale. Clients may give up; the call goes on.
//  2. With status, that is the answer, in the given shape (A to H, text; 429 without
//     shape is C), with Retry-After if given and Location for 3xx. The call is not
//     executed, unless applied is true. Without status the call is executed.
//  3. delayAfterMs passes. A change is already stored.
//  4. The answer is spoilt as shape says: truncated, oversized, wrong, noetag.
//  5. After cutAfterBytes bytes of it, status line included, the connection ends; 0
//     means before any byte. That is the applied change whose answer is lost.
//
// Two shapes are lies about a write. "lie" answers a PUT 200 with the sent profile
// and a new ETag, and stores nothing. "late" ends the connection at once and executes
// the call after delayAfterMs.
//
//	[{"method":"PUT","path":"/v1/customers/*/profiles/billing","cutAfterBytes":0}]
//	[{"method":"PUT","status":503,"shape":"E","applied":true,"retryAfter":5}]
//	[{"path":"/v1/","times":-1,"delayBeforeMs":1500}]
//
// A repeated write with the same MS-RequestId gets the first answer again for ten
// minutes (switch repeatRequestID), also when that answer was lost. Only executed
// calls are remembered: 401, 408, 429 and 5xx never are.
//
// # Customers
//
// The first customers are hand-written and the same for every seed: Harbourline
// Ceramics (US), Azulejaria Vila Nova (PT), 青竹茶业 (CN), Nordlicht Optik (DE), Wexcombe &
// Daughters (GB), Jacaranda Rail (AU), Érablière du Lac (CA), 海渡計器 (JP), Cerrado
// Sementes (BR), one each in Arabic (SA) and Hebrew (IL), Lumen & Encre (FR), Fjellbrød
// (NO), Kaveri Loom Works (IN), a very long Austrian name, Copperline Desert Solar (US).
// The others live in more than forty countries. Real ones have what breaks careless
// clients, so these have too: members no SDK models (district, addressLine3,
// emailAddress, organizationRegistrationId and the invented invoiceReference), a
// phone that is missing or an empty string, the state in region, no delegated access
// (no company address, email, custom domains), cultures outside the country's rules,
// language "En", no contact names, very long and right-to-left names. Kaveri Loom
// Works has no phone number where one is demanded: it cannot be saved before it gets
// one. [UnrelatedCustomer] belongs to another partner.
//
// The rules of US, PT, CN, DE and GB are as recorded from the service; those of the
// other countries are ours, made from public facts. The address check gives the
// documented outcomes for the documented inputs (1 Microsoft Way, Redmond) and judges
// other addresses by the rules and the customers' own streets.
package pcsim
