package metrics

import "math"

// smoothBins is the resolution of [SmoothECE] on [0, 1]; a residual is split between its two nearest grid points.
const smoothBins = 2000

// SmoothECE is the smooth calibration error, 0 (right) to 1: the mean size of the residual (outcome − prediction) after smoothing over
// predictions by a Gaussian kernel, reflected at 0 and 1, whose width σ is the one at which error and width agree, so that
// there is no bin width to choose (Błasiok & Nakkiran, ICLR 2024, arXiv 2309.12236). It is resolved to 1/2000. One class is fine.
// Cost O(n) and a fixed 2,000 × kernel width a step, at most 20 steps.
func SmoothECE(predictions, wins []float64) (float64, error) {
	if err := checkProbabilities(predictions, wins); err != nil {
		return 0, err
	}
	residuals := make([]float64, smoothBins+1)
	for i, p := range predictions {
		at := p * smoothBins
		low := min(int(at), smoothBins-1)
		share, residual := at-float64(low), (wins[i]-p)/float64(len(wins))
		residuals[low] += (1 - share) * residual
		residuals[low+1] += share * residual
	}
	// The error falls as the width grows, so there is one width at which they meet.
	low, high := 1.0/smoothBins, 1.0
	if e := smoothedError(residuals, low); e <= low {
		return e, nil
	}
	for high-low > 1e-6 {
		middle := (low + high) / 2
		if smoothedError(residuals, middle) < middle {
			high = middle
		} else {
			low = middle
		}
	}
	return smoothedError(residuals, high), nil
}

// smoothedError integrates |residuals smoothed at width σ| over [0, 1].
func smoothedError(residuals []float64, sigma float64) float64 {
	const reach = 6 // σ; beyond, the kernel is below 1e-8
	m := len(residuals) - 1
	half := int(math.Ceil(reach * sigma * float64(m)))
	kernel := make([]float64, half+1) // density at distance d/m
	for d := range kernel {
		z := float64(d) / float64(m) / sigma
		kernel[d] = math.Exp(-z*z/2) / (sigma * math.Sqrt(2*math.Pi))
	}
	total := 0.0
	for t := 0; t <= m; t++ {
		smoothed := 0.0
		for d := -half; d <= half; d++ {
			// A mass at the very edge meets its own mirror image: reflect counts it twice, as it must.
			at := reflect(t+d, m)
			k := kernel[max(d, -d)]
			if at == 0 || at == m {
				k *= 2
			}
			smoothed += k * residuals[at]
		}
		weight := 1.0
		if t == 0 || t == m {
			weight = 0.5 // trapezium rule
		}
		total += weight * math.Abs(smoothed)
	}
	return total / float64(m)
}

// reflect folds a grid place outside 0 … m back into it.
func reflect(at, m int) int {
	at %= 2 * m
	if at < 0 {
		at += 2 * m
	}
	if at > m {
		at = 2*m - at
	}
	return at
}
