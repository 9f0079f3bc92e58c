//! What asking about one contract may cost, and what it has cost so far.

use tokio::time::Instant;

use super::{ModelError, ModelSettings, Tokens};

/// The longest answer asked for at once, in tokens.
const LONGEST_ANSWER: u64 = 8_000;

/// A shorter answer has no room for the charges of a few lines, in tokens.
const SHORTEST_ANSWER: u64 = 500;

/// What asking about one contract may cost, and what it has cost so far.
#[derive(Debug)]
pub(super) struct Budget {
    limits: ModelSettings,
    deadline: Instant,
    calls: u32,
    spent: Tokens,
    longest_answer: u64,
}

impl Budget {
    pub(super) fn of(settings: &ModelSettings) -> Self {
        Self {
            limits: settings.clone(),
            deadline: Instant::now() + settings.contract,
            calls: 0,
            spent: Tokens::default(),
            longest_answer: LONGEST_ANSWER,
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    pub(super) fn spent(&self) -> Tokens {
        self.spent
    }

    /// How long the next answer may be.
    pub(super) fn answer_limit(&self) -> u64 {
        self.limits
            .output_tokens
            .saturating_sub(self.spent.output)
            .clamp(1, self.longest_answer)
    }

    /// From now on half as long answers, as the server takes no longer ones; false where they would be too short for any
    /// charge.
    pub(super) fn shorten_answers(&mut self) -> bool {
        self.longest_answer = self.answer_limit().div_euclid(2);
        self.longest_answer >= SHORTEST_ANSWER
    }

    /// Says before the first request that a contract is too long, rather than in the middle of it.
    pub(super) fn check_enough_for(&self, input: u64) -> Result<(), ModelError> {
        if input > self.limits.input_tokens {
            Err(self.out_of_input())
        } else {
            Ok(())
        }
    }

    /// Pays for one request.
    pub(super) fn take_call(&mut self) -> Result<(), ModelError> {
        if self.calls >= self.limits.calls {
            let what = format!("{} requests", self.limits.calls);
            return Err(ModelError::BudgetSpent {
                what,
                setting: "QUITTANCE_MODEL_CALLS",
            });
        }
        if self.spent.input >= self.limits.input_tokens {
            return Err(self.out_of_input());
        }
        // What is left must have room for an answer: one that is cut off is paid for and of no use.
        if self.spent.output.saturating_add(SHORTEST_ANSWER) > self.limits.output_tokens {
            let what = format!("{} tokens of answers", self.limits.output_tokens);
            return Err(ModelError::BudgetSpent {
                what,
                setting: "QUITTANCE_MODEL_OUTPUT_TOKENS",
            });
        }
        self.calls = self.calls.saturating_add(1);
        Ok(())
    }

    pub(super) fn take_tokens(&mut self, tokens: Tokens) {
        self.spent.input = self.spent.input.saturating_add(tokens.input);
        self.spent.output = self.spent.output.saturating_add(tokens.output);
    }

    pub(super) fn out_of_time(&self) -> ModelError {
        let what = format!("{} seconds", self.limits.contract.as_secs());
        ModelError::BudgetSpent {
            what,
            setting: "QUITTANCE_MODEL_CONTRACT_SECONDS",
        }
    }

    fn out_of_input(&self) -> ModelError {
        let what = format!("{} tokens of prompts", self.limits.input_tokens);
        ModelError::BudgetSpent {
            what,
            setting: "QUITTANCE_MODEL_INPUT_TOKENS",
        }
    }
}
