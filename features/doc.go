// Package features turns what a CRM knows of a lead into what a score can use.
//
// A [Schema] says which columns there are and what they mean. A lead, read from a file ([ReadLeads]) or a request
// ([Schema.NewLead]), together with an instant makes a [Snapshot]: the lead as it was known then, and nothing that
// happened later. A snapshot has one value an [Input]; the [Encoder] turns each value into a small integer code, by the
// same functions for a file of millions and for one request. Both scores start from the snapshot: the model from its
// codes, the rule book from its values and events.
//
//	file row, request → Lead → Snapshot (as of an instant) → input values → codes
//
// Start at [Schema], then [Snapshot], then [Encoder].
package features
