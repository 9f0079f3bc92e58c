//! Servers that are down, slow, broken, unwilling or not models at all: each has a name and a sentence.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A server's limit on requests, as three vendors put it.
fn limits() -> [ResponseTemplate; 3] {
    let openai = json!({ "error": { "message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded" } });
    let vllm = json!({ "object": "error", "message": "too many", "type": "TooManyRequests", "code": 429 });
    let gemini =
        json!([{ "error": { "code": 429, "message": "exhausted", "status": "RESOURCE_EXHAUSTED" } }]);
    [openai, vllm, gemini].map(|body| ResponseTemplate::new(429).set_body_json(body))
}

#[tokio::test]
async fn a_limit_on_requests_is_waited_out_whatever_its_shape() {
    let script = limits().into_iter().chain([answered(1, 1)]).collect();
    let (result, requests) = ask_after_probe(script).await;
    assert_eq!(result.unwrap().calls, 5);
    assert_eq!(requests.len(), 5);
    for limit in limits() {
        let (result, requests) = ask_after_probe(vec![limit; 9]).await;
        assert_eq!(result.unwrap_err(), ModelError::RateLimited { after: None });
        assert_eq!(requests.len(), 1 + 5, "five attempts and no more");
    }
}

#[tokio::test]
async fn a_server_that_says_how_long_to_wait_is_heard_within_reason() {
    let wait = |seconds: &str| ResponseTemplate::new(429).insert_header("retry-after", seconds);
    let (server, mut settings) = stage(vec![ready(), wait("1"), answered(1, 1)]).await;
    settings.pace.longest = Duration::from_secs(2);
    let before = tokio::time::Instant::now();
    ask(&document(&[SECRET]), &settings).await.unwrap();
    assert!(before.elapsed() >= Duration::from_secs(1));
    drop(server);
    // A date: not understood, so it is waited for as if nothing had been said.
    let dated = vec![wait("Wed, 21 Oct 2026 07:28:00 GMT"), answered(1, 1)];
    assert_eq!(ask_after_probe(dated).await.0.unwrap().calls, 3);
    let (result, requests) = ask_after_probe(vec![wait("3600")]).await;
    assert_eq!(
        result.unwrap_err(),
        ModelError::RateLimited {
            after: Some(Duration::from_secs(3_600))
        }
    );
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn each_status_has_its_name_and_as_many_attempts_as_make_sense() {
    let quota = json!({ "error": { "message": "You exceeded your quota", "code": "insufficient_quota" } });
    let unavailable = |status: u16| ModelError::Unavailable {
        why: format!("its server answers {status}"),
    };
    let bad = |status| ModelError::BadRequest {
        status,
        message: String::new(),
    };
    for (response, error, attempts) in [
        (
            ResponseTemplate::new(401),
            ModelError::Unauthorized { status: 401 },
            1,
        ),
        (
            ResponseTemplate::new(403),
            ModelError::Unauthorized { status: 403 },
            1,
        ),
        (ResponseTemplate::new(404), bad(404), 1),
        (
            ResponseTemplate::new(302).insert_header("location", "http://elsewhere.test/"),
            bad(302),
            1,
        ),
        (ResponseTemplate::new(422).set_body_string(SECRET), bad(422), 3),
        (
            ResponseTemplate::new(429).set_body_json(quota),
            ModelError::QuotaSpent,
            1,
        ),
        (
            ResponseTemplate::new(500).set_body_string("oops"),
            unavailable(500),
            5,
        ),
        (
            ResponseTemplate::new(503).set_body_string("<html>busy</html>"),
            unavailable(503),
            5,
        ),
        (ResponseTemplate::new(529), unavailable(529), 5),
    ] {
        let (result, requests) = ask_after_probe(vec![response; 9]).await;
        assert_eq!(result.unwrap_err(), error);
        assert_eq!(requests.len(), 1 + attempts, "{error}");
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_got_over() {
    let script = vec![
        ResponseTemplate::new(500),
        ResponseTemplate::new(503),
        answered(1, 1),
    ];
    let (result, _) = ask_after_probe(script).await;
    assert_eq!(result.unwrap().calls, 4);
}

#[tokio::test]
async fn what_a_server_says_to_the_probe_is_passed_on() {
    let unknown =
        json!({ "error": { "message": "The model `test-model` does not exist", "code": "model_not_found" } });
    let (result, requests) =
        ask_about(&[SECRET], vec![ResponseTemplate::new(404).set_body_json(unknown)]).await;
    let sentence = result.unwrap_err().to_string();
    assert!(
        sentence.contains("`test-model` does not exist") && sentence.contains("QUITTANCE_MODEL"),
        "{sentence}"
    );
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn the_reason_for_an_ending_comes_before_its_text() {
    let refusal = json!({ "choices": [{ "message": { "content": null, "refusal": "I can't." }, "finish_reason": "stop" }] });
    for (response, error) in [
        (ok(&refusal), ModelError::Refused),
        (
            ends("content_filter", &reply(1, 1).to_string()),
            ModelError::Filtered,
        ),
        (ends("length", &reply(1, 1).to_string()), ModelError::Truncated),
    ] {
        let (result, requests) = ask_after_probe(vec![response]).await;
        assert_eq!(result.unwrap_err(), error);
        assert_eq!(requests.len(), 2, "{error}: asking again would not help");
    }
}

#[tokio::test]
async fn what_is_no_completion_is_said_to_be_none() {
    let json = |text: &str| ResponseTemplate::new(200).set_body_raw(text.to_owned(), "application/json");
    for (response, what) in [
        (
            ResponseTemplate::new(200).set_body_raw("<!doctype html><title>Hi</title>", "text/html"),
            "a web page",
        ),
        (
            json(r#"{"choices": [{"message": {"content": "{\"cov"#),
            "JSON that breaks off",
        ),
        (ResponseTemplate::new(200), "nothing"),
        (
            json(r#"{"object": "list", "data": []}"#),
            "JSON without an answer in it",
        ),
        (json(r#"{"choices": []}"#), "JSON without an answer in it"),
    ] {
        let (result, requests) = ask_after_probe(vec![response; 3]).await;
        assert_eq!(
            result.unwrap_err(),
            ModelError::NotACompletion {
                what: what.to_owned()
            }
        );
        assert_eq!(requests.len(), 1 + 2, "{what}: tried twice");
    }
}

#[tokio::test]
async fn an_error_inside_an_answer_called_good_is_an_error() {
    let limit = json!({ "error": { "code": 429, "message": "slow down" }, "choices": [] });
    let (result, _) = ask_after_probe(vec![ok(&limit), answered(1, 1)]).await;
    assert_eq!(result.unwrap().calls, 3);
    let vague = json!({ "error": { "message": "provider returned error" } });
    let (result, _) = ask_after_probe(vec![ok(&vague); 9]).await;
    assert_eq!(
        result.unwrap_err(),
        ModelError::Unavailable {
            why: "its server answers 502".to_owned()
        }
    );
}

#[tokio::test]
async fn a_prompt_that_is_too_long_for_the_model_is_split() {
    let too_long = json!({ "error": { "code": "context_length_exceeded", "message": "maximum context length is 4096" } });
    let too_long = ResponseTemplate::new(400).set_body_json(too_long);
    let script = vec![ready(), too_long, answered(1, 1), answered(2, 2)];
    let (result, _) = ask_about(&["one", "two"], script).await;
    assert_eq!(result.unwrap().reply.charges.len(), 2);
}

/// Limits on answers, as three vendors put them.
#[tokio::test]
async fn an_answer_that_would_be_too_long_is_asked_for_shorter() {
    for message in [
        "max_tokens is too large: 8000. This model supports at most 4096 completion tokens.",
        "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 8192 tokens.",
        "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (1000 in the messages, 8000 in the completion).",
    ] {
        let too_long = || {
            ResponseTemplate::new(400)
                .set_body_json(json!({ "object": "error", "message": message, "code": 400 }))
        };
        let (result, requests) = ask_after_probe(vec![too_long(), too_long(), answered(1, 1)]).await;
        assert_eq!(result.unwrap().rung, Rung::JsonSchema, "{message}");
        let limits: Vec<&Value> = requests[1..]
            .iter()
            .map(|request| &request["max_tokens"])
            .collect();
        assert_eq!(limits, [8_000, 4_000, 2_000], "{message}");
        let (result, requests) = ask_after_probe(vec![too_long(); 9]).await;
        assert_eq!(result.unwrap_err(), ModelError::Truncated, "{message}");
        assert_eq!(requests.len(), 1 + 5, "8000, 4000, 2000, 1000, 500: {message}");
    }
}

#[tokio::test]
async fn a_prompt_that_a_filter_stops_is_named_so_and_not_sent_in_other_ways() {
    let filtered = json!({ "error": { "code": "content_filter", "status": 400,
        "message": "The response was filtered due to the prompt triggering the content management policy." } });
    let filtered = ResponseTemplate::new(400).set_body_json(filtered);
    let (result, requests) = ask_after_probe(vec![filtered; 5]).await;
    assert_eq!(result.unwrap_err(), ModelError::Filtered);
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn an_answer_without_end_is_not_taken_in() {
    let endless = ResponseTemplate::new(200).set_body_raw(vec![b' '; 9 << 20], "application/json");
    let (server, settings) = stage(vec![ready(), endless.clone(), endless]).await;
    let patient = ModelSettings {
        request: Duration::from_secs(20),
        ..settings
    };
    let what = "more than 8 MiB".to_owned();
    let error = ask(&document(&[SECRET]), &patient).await.unwrap_err();
    assert_eq!(error, ModelError::NotACompletion { what });
    assert_eq!(requests(&server).await.len(), 3);
}

#[tokio::test]
async fn a_slow_server_is_given_two_chances() {
    let slow = answered(1, 1).set_delay(Duration::from_secs(5));
    let (result, requests) = ask_after_probe(vec![slow; 5]).await;
    assert_eq!(
        result.unwrap_err(),
        ModelError::Timeout {
            limit: Duration::from_millis(500)
        }
    );
    assert_eq!(requests.len(), 1 + 2);
}

/// A server that says this to whoever connects, and then nothing, keeping the connection or closing it.
async fn says(text: &'static str, close: bool) -> ModelSettings {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut connection, _)) = listener.accept().await {
            let _ = connection.read(&mut [0; 1024]).await;
            let _ = connection.write_all(text.as_bytes()).await;
            open.extend((!close).then_some(connection));
        }
    });
    let pace = Pace {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(20),
    };
    ModelSettings {
        pace,
        silence: Duration::from_millis(300),
        ..ModelSettings::new(&url, "m")
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{";

#[tokio::test]
async fn a_body_that_never_ends_is_a_timeout_and_one_that_is_cut_a_broken_connection() {
    let stalled = ask(&document(&[SECRET]), &says(HEAD, false).await).await;
    assert_eq!(
        stalled.unwrap_err(),
        ModelError::Timeout {
            limit: Duration::from_millis(300)
        }
    );
    let cut = ask(&document(&[SECRET]), &says(HEAD, true).await)
        .await
        .unwrap_err();
    assert!(cut.to_string().contains("the connection broke off"), "{cut}");
}

#[tokio::test]
async fn a_server_that_is_down_is_named_as_such() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", taken.local_addr().unwrap());
    drop(taken);
    let pace = Pace {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(5),
    };
    let settings = ModelSettings {
        pace,
        ..ModelSettings::new(&url, "m")
    };
    let error = ask(&document(&[SECRET]), &settings).await.unwrap_err();
    assert_eq!(
        error,
        ModelError::Unavailable {
            why: "nothing answers there".to_owned()
        }
    );
}

#[tokio::test]
async fn a_document_without_words_is_not_sent() {
    let (result, requests) = ask_about(&[], vec![ready()]).await;
    assert_eq!(result.unwrap_err(), ModelError::NothingToRead);
    assert_eq!(requests.len(), 0);
}
