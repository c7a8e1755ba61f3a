package simulate

// day is the length of a day in seconds, the unit of every time inside this package.
const day = 86_400

// Ages and lengths of time in the life of a lead, in days.
const (
	snapshotDays  = 7   // from creation to the snapshot
	horizonDays   = 180 // from the snapshot to the end of the time in which a win counts
	lastWinDays   = 173 // no win falls later in the horizon, so that 180 days from creation count the same wins
	historyDays   = 45  // the earliest event before creation
	lateWinFrom   = 200 // from the snapshot to the first win after the horizon
	lateWinTo     = 400
	newLeadOldest = 30 // age of the oldest lead to score at End
)

// level is one value of a category field.
type level struct {
	name    string
	share   float64 // share of leads at Start; the shares of a field sum to 1
	atEnd   float64 // share at End; 0 means the same as share
	logOdds float64 // added to η
	intent  float64 // added to the hidden intent
}

// category is a field with named values. A missing value has a log-odds of its own.
type category struct {
	field          string
	levels         []level
	missing        float64 // share of leads without a recorded value
	missingLogOdds float64
}

func industries() category {
	return category{field: "industry", levels: []level{
		{name: "manufacturing", share: .18, logOdds: .25},
		{name: "software", share: .16, logOdds: .35},
		{name: "professional_services", share: .13, logOdds: .05},
		{name: "retail", share: .11, logOdds: -.20},
		{name: "financial_services", share: .09, logOdds: .20},
		{name: "healthcare", share: .08},
		{name: "logistics", share: .07, logOdds: .15},
		{name: "construction", share: .06, logOdds: -.25},
		{name: "media", share: .04, logOdds: -.10},
		{name: "energy", share: .03, logOdds: .10},
		{name: "education", share: .03, logOdds: -.45},
		{name: "public_sector", share: .02, logOdds: -.60},
	}}
}

func countries() category {
	return category{field: "country", levels: []level{
		{name: "DE", share: .307, logOdds: .20}, {name: "AT", share: .09, logOdds: .15},
		{name: "CH", share: .08, logOdds: .25}, {name: "FR", share: .07},
		{name: "GB", share: .07, logOdds: -.05}, {name: "NL", share: .06, logOdds: .10},
		{name: "US", share: .06, logOdds: -.20}, {name: "IT", share: .04, logOdds: -.10},
		{name: "ES", share: .035, logOdds: -.10}, {name: "PL", share: .03, logOdds: -.05},
		{name: "BE", share: .025, logOdds: .05}, {name: "SE", share: .02, logOdds: .05},
		{name: "DK", share: .018, logOdds: .05}, {name: "CZ", share: .016, logOdds: -.05},
		{name: "NO", share: .012}, {name: "FI", share: .011}, {name: "IE", share: .01},
		{name: "PT", share: .009, logOdds: -.10}, {name: "HU", share: .008, logOdds: -.15},
		{name: "RO", share: .008, logOdds: -.15}, {name: "LU", share: .007, logOdds: .10},
		{name: "CA", share: .006, logOdds: -.20}, {name: "TR", share: .004, logOdds: -.30},
		{name: "IN", share: .003, logOdds: -.60}, {name: "BR", share: .001, logOdds: -.40},
	}}
}

func roles() category {
	return category{field: "role", levels: []level{
		{name: "marketing", share: .20, logOdds: .15}, {name: "sales", share: .18, logOdds: .30},
		{name: "information_technology", share: .16}, {name: "operations", share: .13},
		{name: "general_management", share: .10, logOdds: .20}, {name: "finance", share: .08, logOdds: -.05},
		{name: "purchasing", share: .07, logOdds: .10}, {name: "human_resources", share: .05, logOdds: -.35},
		{name: "research", share: .03, logOdds: -.30},
	}}
}

func seniorities() category {
	return category{field: "seniority", missing: .05, missingLogOdds: -.15, levels: []level{
		{name: "student", share: .04, logOdds: -1.45, intent: -.3}, {name: "entry", share: .16, logOdds: -.55},
		{name: "specialist", share: .28, logOdds: -.20}, {name: "manager", share: .26, logOdds: .20},
		{name: "director", share: .13, logOdds: .40, intent: .1}, {name: "vice_president", share: .06, logOdds: .50},
		{name: "executive", share: .07, logOdds: .55},
	}}
}

// sources change their shares between Start and End: the changing mix of leads.
func sources() category {
	return category{field: "source", levels: []level{
		{name: "organic_search", share: .22, atEnd: .18, logOdds: .10, intent: .15},
		{name: "paid_search", share: .16, atEnd: .15, intent: .10},
		{name: "content_download", share: .14, atEnd: .12, logOdds: -.10},
		{name: "trade_fair", share: .13, atEnd: .06, logOdds: .20, intent: -.35},
		{name: "webinar", share: .09, atEnd: .11, logOdds: .05},
		{name: "paid_social", share: .07, atEnd: .18, logOdds: -.55, intent: -.25},
		{name: "referral", share: .06, atEnd: .05, logOdds: .65, intent: .25},
		{name: "partner", share: .05, atEnd: .05, logOdds: .55, intent: .10},
		{name: "cold_outbound", share: .05, atEnd: .07, logOdds: -.70, intent: -.50},
		{name: "direct", share: .03, atEnd: .03, logOdds: .25, intent: .20},
	}}
}

func techStacks() category {
	return category{field: "tech_stack", missing: .05, missingLogOdds: -.10, levels: []level{
		{name: "spreadsheets", share: .24, logOdds: .05}, {name: "crm_suite_a", share: .20, logOdds: .25},
		{name: "crm_suite_b", share: .16, logOdds: .10}, {name: "erp_module", share: .14, logOdds: -.05},
		{name: "own_build", share: .11, logOdds: -.25}, {name: "competitor_product", share: .09, logOdds: -.50},
		{name: "no_system", share: .06, logOdds: -.10},
	}}
}

// Levels of the e-mail kind, in the order of emailKinds.
const (
	companyMail = iota
	freeMail
	disposableMail
)

// emailKinds have no shares of their own: freeMailChance depends on the company. See [generator.emailKind].
func emailKinds() category {
	return category{field: "kind of e-mail address", levels: []level{
		{name: "company", logOdds: .10},
		{name: "free_mail", logOdds: -.50, intent: -.15},
		{name: "disposable", logOdds: -1.30, intent: -.5},
	}}
}

// eventKind is a type of event before the outcome: how often it happens and what it adds to η.
type eventKind struct {
	name   string
	rate   float64 // relative to the other types, at a hidden intent of zero
	intent float64 // the rate is multiplied by exp(intent·z), z being the hidden intent
	// logOdds times ln(1 + c) is added to η, c being the number of such events before the snapshot, each worth
	// 2^(-age/half-life) with its age at the snapshot.
	logOdds float64
}

// Positions in eventKinds that the generator asks for by name.
const (
	pageView = iota
	productPage
	pricingPage
	whitepaperDownload
	caseStudyDownload
	webinarRegistered
	webinarAttended
	emailOpen
	emailClick
	newsletterClick
	demoRequest
	trialSignup
	quoteRequest
	unsubscribe
	emailBounce
	careerPage
	observedKinds // how many types there are before an outcome
)

// Types that only a won lead has. A correct snapshot never sees one.
const (
	contractSigned = observedKinds + iota
	onboardingSession
	supportTicket
)

func eventKinds() [observedKinds]eventKind {
	return [observedKinds]eventKind{
		pageView:           {name: "page_view", rate: 30, logOdds: .05},
		productPage:        {name: "product_page", rate: 14, intent: .30, logOdds: .35},
		pricingPage:        {name: "pricing_page", rate: 7, intent: .60, logOdds: .75},
		whitepaperDownload: {name: "whitepaper_download", rate: 5, intent: .10, logOdds: .20},
		caseStudyDownload:  {name: "case_study_download", rate: 3, intent: .40, logOdds: .55},
		webinarRegistered:  {name: "webinar_registered", rate: 3, intent: .20, logOdds: .05},
		webinarAttended:    {name: "webinar_attended", logOdds: .60}, // follows a registration, has no rate of its own
		emailOpen:          {name: "email_open", rate: 14},
		emailClick:         {name: "email_click", rate: 6, intent: .30, logOdds: .40},
		newsletterClick:    {name: "newsletter_click", rate: 4, logOdds: .10},
		demoRequest:        {name: "demo_request", rate: 2, intent: .90, logOdds: 2.10},
		trialSignup:        {name: "trial_signup", rate: 1.8, intent: .70, logOdds: 1.60},
		quoteRequest:       {name: "quote_request", rate: 1.2, intent: .90, logOdds: 2.00},
		unsubscribe:        {name: "unsubscribe", rate: .7, intent: -.50, logOdds: -1.20},
		emailBounce:        {name: "email_bounce", rate: .3, logOdds: -1.20},
		careerPage:         {name: "career_page", rate: .5, logOdds: -1.05},
	}
}

// afterWin names the types from contractSigned on.
func afterWin() [3]string {
	return [3]string{"contract_signed", "onboarding_session", "support_ticket"}
}

func lostReasons() []string {
	return []string{"no_budget", "no_response", "chose_competitor", "bad_timing", "not_a_fit", "kept_current_system"}
}
