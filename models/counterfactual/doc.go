// Package counterfactual finds the least that would move a lead over a threshold: for the rules, to be handed over; for the model, to a probability.
//
// A change is one more event of a known type, done just before the lead is looked at, or another value of a field that can change. The answer is a
// set of changes of the least number: all sets of one change are tried, then all of two, and so on, as long as the number of scores allows; beyond it
// the most promising sets are extended (beam search), and the answer says that fewer may be enough. Values that can never do better than another
// are left out beforehand, without loss: the model is a sum of tables, so of the values of a field that fall into the same cells of all its pairs only
// the one with the highest coefficient counts. What is found is scored again by the scorer itself before it is told.
//
// The question is that of Wachter, Mittelstadt & Russell, Counterfactual explanations without opening the black box, Harvard Journal of Law & Technology 31
// (2018), 841–887; that only what can be changed may change, and the fewest changes, is from Ustun, Spangher & Liu, Actionable recourse in linear
// classification, FAT* 2019, 10–19. It tells what the score would be, not what would become of the lead: the model knows that leads with an event win
// more often, not that the event makes them win.
//
// Start at [Find].
package counterfactual
