//! The words that tell roles apart.

use crate::terms::Role;

/// Headings under which money has one role.
pub(super) const HEADINGS: [(&str, Role); 29] = [
    ("limitation of liab", Role::Liability),
    ("liability", Role::Liability),
    ("indemn", Role::Liability),
    ("insurance", Role::Insurance),
    ("illustration", Role::Example),
    ("example", Role::Example),
    ("service level", Role::ServiceCredit),
    ("service credit", Role::ServiceCredit),
    ("uptime", Role::ServiceCredit),
    ("availability", Role::ServiceCredit),
    ("support level", Role::ServiceCredit),
    ("background", Role::Informational),
    ("recital", Role::Informational),
    ("whereas", Role::Informational),
    ("no charge", Role::Informational),
    ("stock", Role::Informational),
    ("right of first refusal", Role::Informational),
    ("option to purchase", Role::Informational),
    ("audit", Role::Threshold),
    ("liquidated damages", Role::Penalty),
    ("late payment", Role::LateFee),
    ("security deposit", Role::Security),
    ("confidential", Role::Liability),
    ("solicitation", Role::Penalty),
    ("non-compet", Role::Penalty),
    ("fidelity bond", Role::Insurance),
    ("for orientation", Role::Informational),
    ("for information", Role::Informational),
    ("paid by shareholders", Role::Informational),
];

/// What a clause is about: stems of words, and phrases. The first that fits wins.
pub(super) const SUBJECTS: [(Role, &str, &str); 13] = [
    (
        Role::Insurance,
        "insur",
        "per occurrence|policy limits|umbrella policy|combined single limit|single limit|\
            general aggregate",
    ),
    (
        Role::Penalty,
        "penalt",
        "liquidated damages|a party which|a party that|party in breach|fine of|per incident|fines|holding over|holds over|hold over|holdover|remains in possession",
    ),
    (
        Role::Liability,
        "liabilit|liable|indemni",
        "damages|losses|in no event|cost of replacement|claims for",
    ),
    (
        Role::Example,
        "hypothetic",
        "for example|e.g.|for instance|by way of example|illustration|as an example|example",
    ),
    (
        Role::LateFee,
        "delinquen|overdue",
        "late|interest|past due|unpaid|not paid when due|when due|leave it longer|\
            finance charge",
    ),
    (
        Role::Tax,
        "vat",
        "value added tax|sales tax|gst|hst|withholding tax|vat|service tax|use tax",
    ),
    (
        Role::ServiceCredit,
        "uptime|availability|downtime",
        "may claim a credit|is available for less|are available for less|available less than|service credit|service credits|service level|sla|response time|misses a|\
            miss a planned|late delivery|day of delay|week of delay|month of delay|days of delay|weeks of delay",
    ),
    (
        Role::Informational,
        "estimat|competitor|superseded|capitaliz",
        "consists of|par value|fair market value|exercise price|list value|hardware list value|\
            book value|for information only|reference value|public website|opening offer|\
            promotional balance|net worth|market value|per share|market price|gross revenues of|\
            shares of|common stock|do not apply|does not apply|no longer applies|\
            third party and is not|for budgeting|budgetary|non-binding|of its own|trial balance|\
            valued at|annual revenue of|of credit pays for|of credit buys|of credit equals|may purchase the|option to buy|purchase option|buyout|buy-out|a budget of|budget of|never became part|not part of the deal|opening offer was|earlier offer|\
            superseded by|insured value|replacement value|acquire shares|shares from|shares at|another provider|another vendor|\
            another supplier|other providers|asset purchase agreement|stock purchase agreement|suggested retail|options to purchase",
    ),
    (
        Role::Security,
        "escrow|withh|retain|retention",
        "hold back|holds back|holdback|security deposit|reserve|bond|letter of credit|refundable deposit|\
            performance guarantee|as security",
    ),
    (
        Role::Escalator,
        "increas|escalat|uplift",
        "rise by|raise|rises by|cpi|consumer price index|cpi-u|price adjustment|adjustments|\
            adjusted by|grow by|expiring|renewal price",
    ),
    (
        Role::Discount,
        "discount|rebate|abat",
        "reduced by|lowered by|reduction|credit of|% off|off the|half off|free months|on the house|\
            comes off|price reduction|waived|waive",
    ),
    (
        Role::OtherPayer,
        "",
        "referral fee to customer|signing bonus|marketing development funds|\
            paid to customer by",
    ),
    (
        Role::Threshold,
        "",
        "for purchases exceeding|audit reveals|underpayment of|discrepancy",
    ),
];

/// Words near an amount that only speak of it: stems of words, and phrases. They say nothing against one that is paid.
pub(super) const IN_PASSING: (&str, &str) = (
    "supersed|averag|budgeted|pension",
    "has been closed|on average|is sold for|are sold for|face value|minimum initial investment|minimum investment|for orientation|would come to|\
        for tax purposes|attributed to|presently begin at|presently paid|( at present|currently about|expected to cost|will cost|costs about|cost about|\
        expects to spend|box-office|commercial value|presently ranging|ranging from|ranges from|represents that|its own cost|\
        own expense|own personnel|par value of|aggregate purchase price|minimum premium",
);

/// Words of a clause by which it tells something rather than agrees on it.
pub(super) const SAID_OF: &str = "parties note|acknowledge that|acknowledges that|advised that|has been advised|understands that|rate card of|\
    suggested retail prices|retail prices of|prospectus provides|for customs purposes|declared at a value|depositary|escrow agent's|\
    in its tariff|published tariff|market studies|industry average|studies put|was informed that|informed that|reported that|\
    represents that|recites that|estimates put|expects to charge|expect to charge|commonly charges|usually charges|normally charges|\
    customarily charges|advises that|typical cost|may still see|on our website|old provider|former provider|previous provider|former agency|previous agency|\
    previous system|previous supplier|former supplier|guide price|planning value|net assets|if you were to hire|were you to hire|a typical order would cost|as a guide ,|internally set aside|\
    annual budget|technology budget|recommended retail|is already taken off|already included in the rates|replacement value|until now|\
    is no longer provided|is no longer charged|no longer provided or charged|is no part of this|drivers pay|visitors pay|guests pay|\
    passengers pay|end users pay|consumers pay|shoppers pay|we quoted|no longer counts|is history";

/// Words of a clause by which prices move, rather than what they are.
pub(super) const MOVES: &str = "of the change in|of any change in|of the rise in|of the increase in|price index|cost index|\
    will be adjusted|shall be adjusted|be changed by|its level at|moves by more than";

/// Words that lead up to an amount. The one nearest to it wins.
pub(super) const LEADS: &[(Role, &str)] = &[
    // A new level of a price is no cap, and without its old one no charge.
    (Role::Unexplained, "goes up to"),
    (Role::Unexplained, "go up to"),
    (Role::Unexplained, "going up to"),
    (Role::Unexplained, "moves up to"),
    (Role::Unexplained, "steps up to"),
    (Role::Minimum, "minimum spend"),
    (Role::Minimum, "minimum commitment"),
    (Role::Minimum, "minimum purchase"),
    (Role::Minimum, "minimum fee"),
    (Role::Minimum, "minimum annual spend"),
    (Role::Minimum, "annual commitment"),
    (Role::Minimum, "spend commitment"),
    (Role::Minimum, "usage commitment"),
    (Role::Minimum, "committed spend"),
    (Role::Cap, "not to exceed"),
    (Role::Cap, "nor more than"),
    (Role::Cap, "or more than"),
    (Role::Cap, "not exceed"),
    (Role::Cap, "not exceeding"),
    (Role::Cap, "up to"),
    (Role::Cap, "maximum"),
    (Role::Cap, "max."),
    (Role::Cap, "max"),
    (Role::Cap, "capped at"),
    (Role::Cap, "ceiling"),
    (Role::Cap, "ceiling of"),
    (Role::Cap, "cap"),
    (Role::Cap, "limited to"),
    (Role::Cap, "no more than"),
    (Role::Cap, "not more than"),
    (Role::Cap, "never above"),
    (Role::Cap, "never more than"),
    (Role::Cap, "limit"),
    (Role::Minimum, "minimum"),
    (Role::Minimum, "min."),
    (Role::Minimum, "min"),
    (Role::Minimum, "at least"),
    (Role::Minimum, "no less than"),
    (Role::Minimum, "not less than"),
    (Role::Minimum, "never less than"),
    (Role::Minimum, "less than"),
    (Role::Minimum, "event be lower than"),
    (Role::Minimum, "not be lower than"),
    (Role::Minimum, "never be lower than"),
    (Role::Minimum, "floor"),
    (Role::Minimum, "no fewer than"),
    (Role::Threshold, "for each full"),
    (Role::Threshold, "for every full"),
    (Role::Threshold, "each full"),
    (Role::Threshold, "exceeds"),
    (Role::Threshold, "exceed"),
    (Role::Threshold, "exceeded"),
    (Role::Threshold, "exceeding"),
    (Role::Threshold, "in excess of"),
    (Role::Threshold, "over"),
    (Role::Threshold, "above"),
    (Role::Threshold, "beyond"),
    (Role::Threshold, "more than"),
    (Role::Threshold, "greater than"),
    (Role::Threshold, "passes"),
    (Role::Threshold, "reaches"),
    (Role::Threshold, "reach"),
    (Role::Threshold, "below"),
    (Role::Threshold, "under"),
    (Role::Threshold, "drops under"),
    (Role::Threshold, "falls below"),
    (Role::Threshold, "fall below"),
    (Role::Threshold, "equals or exceeds"),
    (Role::Threshold, "first"),
    (Role::Threshold, "greater of"),
    (Role::Threshold, "lesser of"),
    (Role::Informational, "the equivalent of"),
    (Role::Total, "being in the amount of"),
    (Role::Total, "total"),
    (Role::Total, "come to"),
    (Role::Total, "comes to"),
    (Role::Total, "totaling"),
    (Role::Total, "totalling"),
    (Role::Total, "in total"),
    (Role::Total, "aggregate"),
    (Role::Total, "subtotal"),
    (Role::Total, "grand total"),
    (Role::Total, "contract value"),
    (Role::Total, "total contract value"),
    (Role::Total, "sum total"),
    (Role::Total, "balance"),
    // What is left of a sum is paid as well.
    (Role::Price, "the balance of"),
    (Role::Price, "remaining balance of"),
    (Role::Total, "total fixed fee"),
    (Role::Total, "total price"),
    (Role::Total, "total fees"),
    (Role::ListPrice, "list price"),
    (Role::ListPrice, "list"),
    (Role::ListPrice, "msrp"),
    (Role::ListPrice, "retail price"),
    (Role::ListPrice, "suggested retail price"),
];

/// Words that speak of prices.
pub(super) const PRICE_STEMS: &str = "fee|pric|charg|payab|invoic|bill|subscri|rental|royalt|retainer|instal|payment|cost|\
    rate|tariff|commission|tuition|premium";

/// Phrases that speak of prices.
pub(super) const PRICE_PHRASES: &str = "pay|pays|paid|due|licence fee|sum of|in the amount of|compensation|rent|purchase|\
    take rate|revenue share|deposit|credits|top up|top the bill up|prepaid|equals|\
    upon completion|consideration|one time|one-time|set-up|setup|contribute|contributes";
