package rules

// warn looks for what is allowed but has no effect.
func (p *parser) warn() {}
