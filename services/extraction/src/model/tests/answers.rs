//! What is asked, and what is made of answers.

use super::*;

#[tokio::test]
async fn an_answer_as_asked_is_taken_with_what_it_took() {
    let usage = json!({ "prompt_tokens": 3_000, "completion_tokens": 250, "total_tokens": 3_250 });
    let message = json!({ "role": "assistant", "content": reply(1, 1).to_string(), "refusal": null });
    let body = json!({ "choices": [{ "message": message, "finish_reason": "stop" }], "usage": usage });
    let (result, requests) = ask_after_probe(vec![ok(&body)]).await;
    let answer = result.unwrap();
    assert_eq!(answer.reply.charges.len(), 1);
    assert_eq!((answer.calls, answer.rung), (2, Rung::JsonSchema));
    assert!(
        answer.tokens.input >= 3_000 && answer.tokens.output >= 250,
        "{:?}",
        answer.tokens
    );
    assert_eq!(requests[1]["model"], "test-model");
    assert!(told(&requests[1]).contains(&format!("p1.l1| {SECRET}")));
}

/// What servers put around an answer, each in its own way; a typed client loses the answer over any of these.
#[tokio::test]
async fn an_answer_is_found_in_any_envelope() {
    let text = reply(1, 1).to_string();
    let (head, tail) = text.split_at(100);
    let message = json!({ "role": "assistant", "content": text });
    let pieces = json!([{ "type": "text", "text": head }, { "type": "text", "text": tail }]);
    for envelope in [
        json!({ "choices": [{ "message": message, "finish_reason": "eos" }] }),
        json!({ "choices": [{ "message": message, "finish_reason": "" }] }),
        json!({ "choices": [{ "message": message, "finish_reason": null }], "error": null }),
        json!({ "choices": [{ "message": message }], "created": 1.5e9, "id": 7, "model": null }),
        json!({ "choices": [{ "message": message }], "usage": { "prompt_tokens": -1, "prompt_tokens_details": { "cached_tokens": -5 } } }),
        json!({ "choices": [{ "message": message }], "usage": null, "system_fingerprint": [], "service_tier": {} }),
        json!({ "choices": [{ "message": { "content": pieces, "reasoning_content": "{}" }, "finish_reason": "end_turn" }] }),
    ] {
        let (result, requests) = ask_after_probe(vec![ok(&envelope)]).await;
        assert_eq!(result.unwrap().reply.charges.len(), 1, "{envelope}");
        assert_eq!(requests.len(), 2, "{envelope}");
    }
}

/// A mode for any JSON object is refused by some unless the words speak of JSON.
#[tokio::test]
async fn the_words_speak_of_json_where_a_mode_for_it_is_used() {
    let script = vec![said("Hello!"), said(r#"{"ready":"yes"}"#), answered(1, 1)];
    let (result, requests) = ask_about(&[SECRET], script).await;
    assert_eq!(result.unwrap().rung, Rung::JsonObject);
    assert!(requests[1..].iter().all(|request| told(request).contains("JSON")));
}

#[tokio::test]
async fn the_schema_goes_over_the_wire_in_the_order_in_which_a_model_should_write() {
    let (_, requests) = ask_after_probe(vec![answered(1, 1)]).await;
    let format = &requests[1]["response_format"];
    assert_eq!(
        (&format["type"], &format["json_schema"]["strict"]),
        (&json!("json_schema"), &json!(true))
    );
    let schema: Value = serde_json::from_str(schema::REPLY_SCHEMA).unwrap();
    assert_eq!(format["json_schema"]["schema"].to_string(), schema.to_string());
    assert!(
        told(&requests[1]).contains(&schema.to_string()),
        "the schema is in the words too"
    );
}

#[tokio::test]
async fn what_nobody_sees_and_running_titles_are_not_sent() {
    let mut hidden = line(2, "seen", LineRole::Body);
    hidden.words.push(word("HIDDEN", Visibility::Hidden));
    let lines = vec![line(1, "FURNITURE", LineRole::Furniture), hidden];
    let (server, settings) = stage(vec![ready(), answered(2, 2)]).await;
    ask(&document_of(lines), &settings).await.unwrap();
    let told = told(&requests(&server).await[1]);
    assert!(told.contains("p1.l2| seen\n"), "{told}");
    assert!(!told.contains("HIDDEN") && !told.contains("FURNITURE"), "{told}");
}

#[tokio::test]
async fn a_key_is_sent_where_one_is_set() {
    let (server, mut settings) = stage(vec![ready(), answered(1, 1)]).await;
    settings.key = Some(runtime::settings::Secret::new("sk-test"));
    ask(&document(&[SECRET]), &settings).await.unwrap();
    let received = server.received_requests().await.unwrap();
    assert!(
        received
            .iter()
            .all(|request| request.headers["authorization"] == "Bearer sk-test")
    );
}

/// What a server that does not know something says.
fn unknown() -> ResponseTemplate {
    ResponseTemplate::new(400)
        .set_body_json(json!({ "error": { "message": "Unknown parameter", "code": "x" } }))
}

#[tokio::test]
async fn the_best_way_the_server_understands_is_found() {
    let hello = || said("Hello!");
    let object = || said("{ \"ready\": \"yes\" }");
    for (name, probe, rung, probes) in [
        ("takes schemas", vec![ready()], Rung::JsonSchema, 1),
        (
            "insists on names for reasoning",
            vec![unknown(), ready()],
            Rung::JsonSchema,
            2,
        ),
        ("ignores schemas", vec![hello(), object()], Rung::JsonObject, 2),
        (
            "refuses schemas",
            vec![unknown(), unknown(), object()],
            Rung::JsonObject,
            3,
        ),
        (
            "is strict about fields",
            vec![
                ResponseTemplate::new(422).set_body_json(json!({ "detail": [{ "type": "extra_forbidden" }] })),
                ready(),
            ],
            Rung::JsonSchema,
            2,
        ),
        (
            "complains in a list",
            vec![
                ResponseTemplate::new(400)
                    .set_body_json(json!([{ "error": { "code": 400, "message": "Unknown name", "status": "INVALID_ARGUMENT" } }])),
                ready(),
            ],
            Rung::JsonSchema,
            2,
        ),
        (
            "knows no format",
            vec![unknown(), unknown(), unknown(), unknown(), hello()],
            Rung::Words,
            5,
        ),
        (
            "ignores every format",
            vec![hello(), hello(), hello()],
            Rung::Words,
            3,
        ),
    ] {
        let script = probe.into_iter().chain([answered(1, 1)]).collect();
        let (result, requests) = ask_about(&[SECRET], script).await;
        assert_eq!(result.unwrap().rung, rung, "{name}");
        assert_eq!(requests.len(), probes + 1, "{name}");
        let format = requests[probes]
            .pointer("/response_format/type")
            .and_then(Value::as_str);
        assert_eq!(format.unwrap_or("words"), rung.to_string(), "{name}");
        let reasoning = requests[probes - 1].get("max_completion_tokens").is_some();
        assert_eq!(
            requests[probes].get("max_completion_tokens").is_some(),
            reasoning,
            "{name}"
        );
        assert_eq!(requests[probes].get("temperature").is_none(), reasoning, "{name}");
    }
}

#[tokio::test]
async fn a_server_that_takes_a_small_schema_only_is_asked_in_another_way() {
    let (result, requests) = ask_after_probe(vec![unknown(), answered(1, 1)]).await;
    assert_eq!(result.unwrap().rung, Rung::JsonObject);
    assert_eq!(requests[2]["response_format"]["type"], "json_object");
}

#[tokio::test]
async fn what_a_server_understands_is_asked_once() {
    let (server, settings) = stage(vec![ready(), answered(1, 1), answered(1, 1)]).await;
    let model = Model::new(settings).unwrap();
    for calls in [2, 1] {
        let asked = model.ask(&document(&[SECRET])).await;
        assert_eq!(asked.answer.unwrap().calls, calls);
    }
    assert_eq!(requests(&server).await.len(), 3);
}

#[tokio::test]
async fn a_faulty_answer_is_asked_for_again_with_its_faults_and_without_itself() {
    let mut faulty = reply(1, 1);
    faulty["charges"][0]["kind"] = json!("rent");
    faulty["charges"][0]["name"] = json!("MARKER");
    let (result, requests) = ask_after_probe(vec![said(&faulty.to_string()), answered(1, 1)]).await;
    assert_eq!(result.unwrap().calls, 3);
    let told = told(&requests[2]);
    assert!(told.contains("at /charges/0/kind"), "{told}");
    assert!(
        !told.contains("MARKER"),
        "the faulty answer itself is not sent back"
    );
}

#[tokio::test]
async fn an_answer_that_stays_faulty_is_given_up_after_two_repairs() {
    let faulty = |_| said(r#"{"coverage": {"first_line": "p1.l1"}}"#);
    let (result, requests) = ask_after_probe((0..9).map(faulty).collect()).await;
    let error = result.unwrap_err();
    assert!(matches!(error, ModelError::InvalidOutput { .. }), "{error}");
    assert_eq!(requests.len(), 1 + 1 + REPAIRS);
}

#[tokio::test]
async fn a_model_that_did_not_see_every_line_is_told_so() {
    let (result, requests) = ask_about(
        &[SECRET, "and more"],
        vec![ready(), answered(1, 1), answered(1, 2)],
    )
    .await;
    assert_eq!(result.unwrap().reply.coverage.last_line, "p1.l2");
    assert!(told(&requests[2]).contains("at /coverage/last_line"));
}

#[tokio::test]
async fn wrappings_around_an_answer_are_forgiven_and_nothing_else() {
    let json = reply(1, 1).to_string();
    let commas = json
        .replace("\"other_money\":[]}", "\"other_money\":[ ,],}")
        .replace("[ ,]", "[]");
    for (wrapped, forgiven) in [
        (format!("```json\n{json}\n```"), true),
        (format!("Here it is:\n```\n{json}\n```\nAnything else?"), true),
        (format!("<think>first {{ I look }}</think>{json}"), true),
        (commas, true),
        (json.replace(":[]", ":[}"), false),
        (json.chars().take(200).collect(), false),
        ("Sorry, I cannot do that.".to_owned(), false),
        (String::new(), false),
    ] {
        let complaint = check(&wrapped, &part::split(&document(&[SECRET]), SendScope::Full)[0]);
        assert_eq!(complaint.is_ok(), forgiven, "{wrapped}: {complaint:?}");
    }
}

#[test]
fn commas_inside_strings_stay() {
    let object = answer::object(r#"{"a": "x,]\",}", "b": [1, 2,],}"#).unwrap();
    assert_eq!(object, json!({ "a": "x,]\",}", "b": [1, 2] }));
}

#[tokio::test]
async fn a_part_whose_answer_was_cut_off_is_asked_about_in_halves() {
    let cut = ends("length", &reply(1, 4).to_string());
    let script = vec![
        ready(),
        cut,
        answered(1, 2),
        ends("length", "{"),
        answered(3, 3),
        answered(4, 4),
    ];
    let (result, requests) = ask_about(&["one", "two", "three", "four"], script).await;
    let reply = result.unwrap().reply;
    assert_eq!(
        (
            reply.coverage.first_line.as_str(),
            reply.coverage.last_line.as_str()
        ),
        ("p1.l1", "p1.l4")
    );
    let ids = reply
        .charges
        .iter()
        .map(|charge| charge.id.as_str())
        .collect::<Vec<_>>();
    assert_eq!(ids, ["1.c1", "2.c1", "3.c1"]);
    let last = told(requests.last().unwrap());
    assert!(
        last.contains("p1.l1| one") && last.contains("report nothing from them"),
        "the opening goes along: {last}"
    );
    assert!(!last.contains("p1.l3"), "{last}");
}

#[tokio::test]
async fn a_prompt_that_the_server_cut_without_a_word_is_noticed() {
    let message = json!({ "content": reply(1, 2).to_string() });
    let cut = json!({ "choices": [{ "message": message }], "usage": { "prompt_tokens": 400 } });
    let script = vec![ready(), ok(&cut), answered(1, 1), answered(2, 2)];
    let (result, requests) = ask_about(&["one", "two"], script).await;
    assert_eq!(result.unwrap().reply.charges.len(), 2);
    assert_eq!(requests.len(), 4);
}

#[tokio::test]
async fn a_long_contract_goes_in_parts_and_none_of_its_lines_is_lost() {
    let long = "x".repeat(5_000);
    let texts = (0..12).map(|_| long.as_str()).collect::<Vec<_>>();
    let parts = part::split(&document(&texts), SendScope::Full);
    let numbers = parts
        .iter()
        .flat_map(|part| &part.lines)
        .map(|line| line.id.line)
        .collect::<Vec<_>>();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    assert_eq!(
        parts.iter().map(|part| part.lines.len()).collect::<Vec<_>>(),
        [4, 4, 4]
    );
}

#[tokio::test]
async fn only_lines_that_could_hold_a_term_are_sent_where_no_more_may() {
    let far = "the parties enjoyed their collaboration in many ways";
    let texts = [
        far,
        far,
        far,
        far,
        "Kestrel pays 120.00 USD a month",
        far,
        far,
        far,
        far,
        far,
    ];
    let parts = part::split(&document(&texts), SendScope::Candidates);
    let numbers = parts.iter().flat_map(|part| &part.lines).map(|line| line.id.line);
    assert_eq!(numbers.collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    assert!(part::split(&document(&[far]), SendScope::Candidates).is_empty());
}
