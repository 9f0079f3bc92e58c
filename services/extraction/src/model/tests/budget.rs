//! What asking about one contract may cost, in requests, tokens and time.

use super::*;

#[tokio::test]
async fn a_contract_costs_no_more_than_its_budget() {
    let faulty = || said("{}");
    let (server, settings) = stage(vec![ready(), faulty(), faulty(), faulty()]).await;
    let calls = ModelSettings {
        calls: 2,
        ..settings.clone()
    };
    let error = ask(&document(&[SECRET]), &calls).await.unwrap_err();
    assert!(
        matches!(
            error,
            ModelError::BudgetSpent {
                setting: "QUITTANCE_MODEL_CALLS",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(requests(&server).await.len(), 2);
    let input = ModelSettings {
        input_tokens: 1_000,
        ..settings
    };
    let error = ask(&document(&[&"word ".repeat(2_000)]), &input)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            ModelError::BudgetSpent {
                setting: "QUITTANCE_MODEL_INPUT_TOKENS",
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(
        requests(&server).await.len(),
        2,
        "a contract that is too long is not begun"
    );
}

#[tokio::test]
async fn answers_cost_no_more_than_their_budget_and_what_they_cost_is_told() {
    let usage = json!({ "prompt_tokens": 2_000, "completion_tokens": 600 });
    let faulty = json!({ "choices": [{ "message": { "content": "{}" } }], "usage": usage });
    let (server, settings) = stage(vec![ready(), ok(&faulty), ok(&faulty), ok(&faulty)]).await;
    let output = ModelSettings {
        output_tokens: 1_000,
        ..settings
    };
    let asked = Model::new(output).unwrap().ask(&document(&[SECRET])).await;
    let error = asked.answer.unwrap_err();
    let named = matches!(&error, ModelError::BudgetSpent { setting, .. } if *setting == "QUITTANCE_MODEL_OUTPUT_TOKENS");
    assert!(named, "{error}");
    let requests = requests(&server).await;
    assert_eq!(
        requests.len(),
        2,
        "what is left would only buy an answer that is cut off"
    );
    assert!(
        requests[1]["max_tokens"].as_u64() < Some(1_000),
        "the probe took some"
    );
    let tokens = asked.tokens;
    assert!(tokens.input >= 2_000 && tokens.output >= 600, "{tokens:?}");
}

#[tokio::test]
async fn a_contract_takes_no_longer_than_its_time() {
    let slow = || said("{}").set_delay(Duration::from_millis(200));
    let (_server, settings) = stage(vec![ready(), slow(), slow(), slow()]).await;
    let hasty = ModelSettings {
        contract: Duration::from_millis(300),
        ..settings
    };
    let error = ask(&document(&[SECRET]), &hasty).await.unwrap_err();
    assert!(
        matches!(
            error,
            ModelError::BudgetSpent {
                setting: "QUITTANCE_MODEL_CONTRACT_SECONDS",
                ..
            }
        ),
        "{error}"
    );
}
