//! Contracts that nobody here wrote for the product, from upload to their first invoices: two people complete and decide
//! what the reader leaves open, invoicing registers the plan, and the money is what the contract's own words come to.

mod program;

use program::{Installation, Running, complaint, eventually, json, shared};
use serde_json::Value;

/// What people do with one contract, and what its first invoices must come to.
struct Story {
    file: &'static str,
    /// Field and value. `[price/amount=175]` stands for the line item in which that field has that value.
    edits: &'static [(&'static str, &'static str)],
    /// Milestones that are reached, by the words of their event, and the day.
    milestones: &'static [(&'static str, &'static str)],
    /// What was used, by the unit that is counted: day and quantity.
    usage: &'static [(&'static str, &'static str, &'static str)],
    through: &'static str,
    /// Date and total, as the contract's figures come to by hand.
    invoices: &'static [(&'static str, &'static str)],
}

const STORIES: [Story; 8] = [
    // 1,250.00 a month in advance from 15 January.
    Story {
        file: "syn-tiers-hybrid.pdf",
        edits: &[],
        milestones: &[],
        usage: &[],
        through: "2025-01-31",
        invoices: &[("2025-01-15", "1250.00")],
    },
    // At signature 18,500.00. On 1 March 120 × 42.00 × 12 = 60,480.00 less 12 % = 53,222.40, and 400 × 3.50 × 3 = 4,200.00.
    Story {
        file: "syn-seat-order-form-eur.pdf",
        edits: &[("/signature_date", "2025-02-20")],
        milestones: &[],
        usage: &[],
        through: "2025-03-31",
        invoices: &[("2025-02-20", "18500.00"), ("2025-03-01", "57422.40")],
    },
    // 48,000.00, of which a tenth is kept back.
    Story {
        file: "syn-milestone-sow-holdback.pdf",
        edits: &[],
        milestones: &[("discovery", "2025-03-14")],
        usage: &[],
        through: "2025-03-31",
        invoices: &[("2025-03-14", "43200.00")],
    },
    // 175 Canadian dollars a month.
    Story {
        file: "bangi-managed-hosting.pdf",
        edits: &[
            ("/provider", "deep systems"),
            ("/customer", "AstroNutrition.com"),
            ("/payment/due", r#"{"rule":"net","days":30}"#),
            ("/line_items/[price/amount=175]/timing", "advance"),
            ("/line_items/[price/unit_price=55]/cadence", "monthly"),
        ],
        milestones: &[],
        usage: &[],
        through: "2005-04-01",
        invoices: &[("2005-03-01", "175.00"), ("2005-04-01", "175.00")],
    },
    // 350,000.00 on 1 February and ten times 40,000.00 from 1 March.
    Story {
        file: "gainsco-sponsorship.pdf",
        edits: &[
            ("/payment/due", r#"{"rule":"net","days":0}"#),
            ("/line_items/[price/amount=40000.00]/timing", "advance"),
        ],
        milestones: &[],
        usage: &[],
        through: "2010-03-31",
        invoices: &[("2010-02-01", "350000.00"), ("2010-03-01", "40000.00")],
    },
    // 40.00 a month; the day of the agreement is left blank in the filing.
    Story {
        file: "netzee-maintenance.pdf",
        edits: &[
            ("/provider", "Netzee, Inc."),
            ("/customer", "The Bankers Bank"),
            ("/term/start", "2001-03-01"),
            ("/payment/due", r#"{"rule":"net","days":30}"#),
            ("/line_items/[price/amount=40]/timing", "advance"),
        ],
        milestones: &[],
        usage: &[],
        through: "2001-03-31",
        invoices: &[("2001-03-01", "40.00")],
    },
    // A fifth of 279,000.00 when Milestone #1 is complete.
    Story {
        file: "pelican-software-dev-sow.pdf",
        edits: &[
            ("/payment/due", r#"{"rule":"net","days":0}"#),
            ("/line_items/[price/unit_price=125.00]/cadence", "monthly"),
        ],
        milestones: &[("#1", "2019-01-01")],
        usage: &[],
        through: "2019-01-31",
        invoices: &[("2019-01-01", "55800.00")],
    },
    // 400,000 × 0.01 + 100,000 × 0.005 = 4,500.00 for the week.
    Story {
        file: "galacticomm-web-hosting.pdf",
        edits: &[
            ("/term/start", "1997-09-09"),
            ("/payment/due", r#"{"rule":"net","days":0}"#),
            (
                "/line_items/[price/tiers/rows/0/unit_price=0.01]/cadence",
                "weekly",
            ),
            ("/line_items/[price/tiers/rows/0/unit_price=0.01]/unit", "access"),
            (
                "/line_items/[price/tiers/rows/0/unit_price=0.01]/price/tiers/rows/0/to",
                "400000",
            ),
            (
                "/line_items/[price/tiers/rows/0/unit_price=0.01]/price/tiers/rows/1/from",
                "400001",
            ),
            ("/line_items/[price/amount=15000.00]", ""),
        ],
        milestones: &[],
        usage: &[("access", "1997-09-10", "500000")],
        through: "1997-09-16",
        invoices: &[("1997-09-16", "4500.00")],
    },
];

/// Both services in one process, and two people.
struct House {
    installation: Installation,
    running: Running,
}

impl House {
    fn new() -> Self {
        let installation = Installation::new();
        let arguments = [
            "serve",
            "--extraction-address",
            "127.0.0.1:0",
            "--invoicing-address",
            "127.0.0.1:0",
        ];
        let running = installation.serve(&arguments, &[], 2);
        Self {
            installation,
            running,
        }
    }

    fn done(&self, key: Option<&str>, arguments: &[&str]) -> Value {
        let mut command = self.installation.command(arguments);
        command
            .arg("--json")
            .env("QUITTANCE_EXTRACTION_URL", self.running.url("extraction"))
            .env("QUITTANCE_INVOICING_URL", self.running.url("invoicing"));
        if let Some(key) = key {
            command.env("QUITTANCE_API_KEY", key);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        json(&output)
    }

    fn key(&self, name: &str, role: &str) -> String {
        let issued = self.done(None, &["key", "issue", name, role]);
        issued["key"].as_str().unwrap().to_owned()
    }

    fn contract(&self, id: &str) -> Value {
        self.done(None, &["contract", "show", id])
    }

    /// What a person sees at the flags and decides after reading the page.
    fn complete(&self, dana: &str, id: &str, story: &Story) {
        for (field, value) in story.edits {
            let path = place(&self.contract(id), field);
            let reason = "as the page says";
            self.done(
                Some(dana),
                &["contract", "edit", id, &path, value, "--reason", reason],
            );
        }
        while let Some(flag) = open_flag(&self.contract(id)) {
            let reason = "read on the page: nothing else is charged";
            self.done(
                Some(dana),
                &["contract", "resolve", id, &flag, "--reason", reason],
            );
        }
    }

    /// What happens after the contract is in force.
    fn live(&self, contract: &Value, story: &Story) {
        let (plan, hash) = (&contract["plan"], contract["plan_hash"].as_str().unwrap());
        let account = plan["account"].as_str().unwrap();
        for (event, day) in story.milestones {
            let milestone = named(&plan["milestones"], event);
            self.done(
                None,
                &[
                    "milestone",
                    "complete",
                    hash,
                    &milestone,
                    "--on",
                    day,
                    "--evidence",
                    "certificate of acceptance",
                ],
            );
        }
        for (unit, day, quantity) in story.usage {
            let meter = named(&plan["meters"], unit);
            let file = self.installation.path().join("usage.csv");
            let rows = format!(
                "source,id,account,meter,time,value\ntest,first,{account},{meter},{day}T12:00:00Z,{quantity}\n"
            );
            std::fs::write(&file, rows).unwrap();
            self.done(None, &["usage", "load", file.to_str().unwrap()]);
        }
    }
}

/// The path with its line item found.
fn place(contract: &Value, field: &str) -> String {
    let Some((before, rest)) = field.split_once('[') else {
        return field.to_owned();
    };
    let (wanted, after) = rest.split_once(']').unwrap();
    let (key, value) = wanted.split_once('=').unwrap();
    let terms = contract["terms"].as_array().unwrap();
    let item = terms.iter().find_map(|term| {
        let (index, path) = term["path"]
            .as_str()?
            .strip_prefix("/line_items/")?
            .split_once('/')?;
        (path == key && term["value"] == value).then_some(index)
    });
    let item = item.unwrap_or_else(|| panic!("no line item has {wanted}: {terms:#?}"));
    format!("{before}{item}{after}")
}

fn open_flag(contract: &Value) -> Option<String> {
    let flags = contract["flags"].as_array()?;
    let open = flags.iter().find(|flag| {
        flag["resolved"] != true
            && flag["severity"] != "SEVERITY_INFO"
            && flag["severity"] != "SEVERITY_BLOCK"
    })?;
    Some(open["id"].as_str()?.to_owned())
}

/// The id of the milestone or meter in whose name a word stands.
fn named(list: &Value, word: &str) -> String {
    let list = list.as_array().unwrap();
    let found = list
        .iter()
        .find(|entry| entry.to_string().to_lowercase().contains(&word.to_lowercase()));
    found.unwrap_or_else(|| panic!("{word}: {list:#?}"))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn real_contracts_reach_their_first_invoices() {
    let Some(folder) = shared("contracts") else { return };
    let house = House::new();
    let (dana, omar) = (house.key("dana", "reviewer"), house.key("omar", "approver"));
    for story in &STORIES {
        let file = folder.join(story.file);
        let uploaded = house.done(None, &["contract", "upload", file.to_str().unwrap()]);
        let id = uploaded["summary"]["contract_id"].as_str().unwrap();
        house.complete(&dana, id, story);
        house.done(Some(&dana), &["contract", "submit", id]);
        house.done(Some(&omar), &["contract", "approve", id]);
        eventually("the hand-off", || {
            (house.contract(id)["summary"]["state"] == "CONTRACT_STATE_HANDED_OVER").then_some(())
        });
        let contract = house.contract(id);
        house.live(&contract, story);
        let account = contract["plan"]["account"].as_str().unwrap();
        let run = house.done(
            None,
            &["bill", "run", "--through", story.through, "--account", account],
        );
        let billed: Vec<(&str, &str)> = run["invoices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|invoice| {
                (
                    invoice["invoice_date"].as_str().unwrap(),
                    invoice["total"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(billed, story.invoices, "{}: {run:#}", story.file);
    }
}
