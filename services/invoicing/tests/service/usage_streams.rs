//! Usage as a stream: acknowledged batch by batch, taken up again where it broke off, nothing twice.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use wire::invoicing::v1::{StreamUsageRequest, StreamUsageResponse, UsageEvent};

use super::support::{Client, World, bill, event, refusal, register, usage_plan};

/// A call under way.
struct Call {
    outgoing: mpsc::Sender<StreamUsageRequest>,
    answers: Streaming<StreamUsageResponse>,
}

impl Call {
    /// Opens a stream; where it stands.
    async fn open(client: &mut Client, name: &str) -> Result<(Self, u64), Status> {
        let (outgoing, requests) = mpsc::channel(4);
        let opening = StreamUsageRequest {
            stream: name.to_owned(),
            ..StreamUsageRequest::default()
        };
        outgoing.send(opening).await.unwrap();
        let answers = client
            .stream_usage(ReceiverStream::new(requests))
            .await?
            .into_inner();
        let mut call = Self { outgoing, answers };
        let first = call.answer().await?;
        assert_eq!(first.receipt, None);
        Ok((call, first.batch))
    }

    async fn send(&mut self, batch: u64, events: Vec<UsageEvent>) -> Result<StreamUsageResponse, Status> {
        let request = StreamUsageRequest {
            batch,
            events,
            ..StreamUsageRequest::default()
        };
        self.outgoing
            .send(request)
            .await
            .map_err(|_| Status::cancelled("the call has ended"))?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<StreamUsageResponse, Status> {
        let answer = self.answers.message().await?;
        answer.ok_or_else(|| Status::cancelled("the call has ended"))
    }
}

/// Batch 3 is e3a and e3b, one unit each.
fn batch(number: u64) -> Vec<UsageEvent> {
    let one = |letter| event("acme", &format!("e{number}{letter}"), "2026-01-05T10:00:00Z", "1");
    vec![one('a'), one('b')]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_it_broke_off() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let (mut call, stands) = Call::open(&mut admin, "gateway 7").await.unwrap();
    assert_eq!(stands, 0);
    let mut third = None;
    for number in 1..=5 {
        let answer = call.send(number, batch(number)).await.unwrap();
        let receipt = answer.receipt.unwrap();
        assert_eq!((answer.batch, receipt.accepted), (number, 2));
        third = third.or((number == 3).then_some(receipt));
    }
    drop(call);
    let (mut call, stands) = Call::open(&mut admin, "gateway 7").await.unwrap();
    assert_eq!(stands, 5);
    // It comes again: the answer of the first time, not "duplicates".
    assert_eq!(call.send(3, batch(3)).await.unwrap().receipt, third);
    assert_eq!(call.send(6, batch(6)).await.unwrap().batch, 6);
    assert_eq!(Call::open(&mut admin, "another").await.unwrap().1, 0);
    assert_eq!(world.count("usage_name").await, 12);
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "1.20");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stream_may_not_say_is_named() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let nameless = Call::open(&mut admin, "").await.err().unwrap();
    assert_eq!(refusal(&nameless).2, ["stream"]);
    let long = Call::open(&mut admin, &"x".repeat(61)).await.err().unwrap();
    assert_eq!(refusal(&long).2, ["stream"]);
    let (mut call, _) = Call::open(&mut admin, "s").await.unwrap();
    call.send(1, batch(1)).await.unwrap();
    let gap = call.send(3, batch(3)).await.unwrap_err();
    assert_eq!(gap.code(), Code::FailedPrecondition);
    assert_eq!(refusal(&gap).1.unwrap(), "STREAM_GAP");
    let (mut call, _) = Call::open(&mut admin, "s").await.unwrap();
    let unnumbered = call.send(0, batch(3)).await.unwrap_err();
    assert_eq!(refusal(&unnumbered).2, ["batch"]);
    let (mut call, _) = Call::open(&mut admin, "s").await.unwrap();
    let other = call.send(1, batch(3)).await.unwrap_err();
    assert_eq!(refusal(&other).1.unwrap(), "REQUEST_ID_REUSED");
    assert_eq!(world.count("usage_name").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_cut_off_again_and_again_arrives_once() {
    let world = World::start().await;
    let mut clients = [world.admin().await, world.replica().await];
    register(&mut clients[0], &usage_plan("acme")).await;
    let (mut stands, mut calls) = (0, 0);
    while stands < 60 {
        let client = &mut clients[calls % 2];
        calls += 1;
        assert!(calls < 1000, "the stream does not get on");
        let (mut call, known) = Call::open(client, "s").await.unwrap();
        assert!(known >= stands, "what was acknowledged stays so");
        stands = known;
        let patience = Duration::from_millis(u64::try_from(calls * 13 % 40).unwrap());
        // Cut off in the middle of whatever it does then.
        let _cut = tokio::time::timeout(patience, async {
            while stands < 60 {
                stands = call.send(stands + 1, batch(stands + 1)).await.unwrap().batch;
            }
        })
        .await;
    }
    assert_eq!(world.count("usage_name").await, 120);
    assert_eq!(
        bill(&mut clients[0], "2026-02-01").await.invoices[0].total,
        "12.00"
    );
}
