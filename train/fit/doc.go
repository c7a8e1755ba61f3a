// Package fit estimates the binned additive logistic regression: one coefficient a bin, all fields jointly.
//
// The fit minimises
//
//	J(b, β) = Σ_i w_i [log(1+e^{η_i}) − y_i η_i] + ½ Σ_k λ_k β'S_kβ
//	η_i     = b + Σ_terms β_term[cell of lead i]
//
// over n leads with outcomes y in [0,1] and weights w (1 when none are given). J is a sum over leads, in
// nats: λ has the unit nats per squared log-odds and does not shrink with n. The intercept b is
// not penalised. The penalties β'Sβ are
//
//	ordered bins      Σ (β_{j+1} − β_j)², a random walk over the neighbouring bins
//	levels            Σ β_l², a ridge: categories, missing and special values
//	pair of two inputs   the sum of both along rows and columns of the cells, and δ Σ β²
//
// each with its own λ. The differences of an input that promises a direction ([Input.Monotone]) keep its sign. The ordered bins of an input have weighted mean 0 over the training leads
// (their level would else be free against the intercept), so a special value is shrunk
// towards the average ordered bin. With every λ > 0 and both classes present J is strictly
// convex and its minimiser unique: no seed, and the same bits whatever GOMAXPROCS is.
//
// λ is estimated by the generalised Fellner–Schall update (Wood & Fasiolo, Biometrics 73, 2017, 1071–1081, eq. 3),
//
//	λ_k ← (rank S_k − λ_k tr(V S_k)) / β'S_kβ,    V = (H + S_λ)⁻¹,
//
// lengthened where it keeps its direction (see penalty.go),
// with Config.Caution > 0 adding θσ_k to the numerator, σ_k being the effect's spread at λ_k: the mode under the prior
// exp(−θσ_k). H is the Hessian of the first sum. V is also the covariance of the coefficients (Wood,
// Generalized Additive Models, 2nd ed., 2017, section 6.10): standard errors account for the penalty. For them, with
// Config.Caution > 0, each λ_k is that of the mean of σ_k given the data, where that is less: a term whose effect few data leave
// open is not certain to have none.
//
// Steps are Newton's while λ moves, and quasi-Newton's from the last factor of the Hessian at fixed λ. Above Config.SampleRows leads the Hessian comes
// from a part of them, drawn by leverage; gradient and J are always those of all.
//
// Start at [Fit]. It calls newton (the steps), quasi_newton, sketch (the part of many leads), tabulate (sums over leads),
// pairs (which pairs earn their place), monotone (promised directions), spread (λ for the standard errors) and variance (what of them the model keeps: centred, factor, blocks).
package fit
