// Package comparison holds the two scores of closed leads against each other: which of them ranks better, what a number of points has meant in
// wins, where the scores part and who was right there, and what a team of a given capacity finds by each.
//
// Leads must be ones that neither score was made from; package closed chooses them. [Score] scores them, [Leads.Compare] computes every number
// once, for the report, the command line and the server. Nothing here knows a file format or the wire.
//
// Both scores put leads into an order. The model's is its probability. The rules' is what the rule book does with the leads: the fast lane
// first, then by points, the excluded last ([Leads.RuleOrder]). Leads that tie share what they find, so that no order of a file has a say. High and
// low, and so the quadrants, are those of [models.Reference]: the ones that every scored lead is given.
//
// Intervals are 95 % intervals.
package comparison
