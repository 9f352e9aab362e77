//! The contract of [`Accounts`].

use pairnym::{Epoch, Name, ParametersId, Pseudonym, RequestDigest, Slot};
use pairnym_testkit::{NOW, Person, Service, host, name};

use super::{at_once, count};
use crate::{Account, AccountId, Accounts, Erased, SignedAct};

fn slot(parameters: u8) -> Slot {
    Slot { parameters: ParametersId([parameters; 32]), epoch: Epoch(u64::MAX) }
}

fn account(label: Option<Name>, pseudonym: Pseudonym, parameters: u8) -> Account {
    Account { id: AccountId { label, pseudonym }, slot: slot(parameters), since: NOW }
}

fn act(number: u8, account: &AccountId) -> SignedAct {
    SignedAct {
        digest: RequestDigest([number; 32]),
        account: account.clone(),
        request: vec![number; 100],
        answer: vec![number; 200],
        at: NOW,
    }
}

/// Accounts and acts.
pub async fn accounts<S>(open: impl AsyncFn() -> S)
where
    S: Accounts + Clone + Send + 'static,
{
    let service = Service::new(NOW);
    let person = |number| Person::new(number, service.list(), []).pseudonym(&host("shop.example"));
    let (one, two, three) = (person(1), person(2), person(3));
    let labelled = account(Some(name("app")), one, 1);
    let all = vec![account(None, one, 1), labelled.clone(), account(None, two, 1)];
    let ids: Vec<_> = all.iter().map(|account| account.id.clone()).collect();
    let unknown = AccountId { label: None, pseudonym: three };

    assert_eq!(open().await.find_accounts(ids.clone()).await.unwrap(), [None, None, None]);
    assert_eq!(open().await.link(all.clone()).await.unwrap(), [true; 3]);
    let wanted = vec![ids[2].clone(), unknown.clone(), ids[0].clone()];
    let found = open().await.find_accounts(wanted).await.unwrap();
    assert_eq!(found, [Some(all[2].clone()), None, Some(all[0].clone())]);

    // Admitted again, under another key: since the first time, by the last.
    let later = Account { slot: slot(2), since: pairnym::UnixTime(NOW.0 + 9), ..all[2].clone() };
    assert_eq!(
        open().await.link(vec![later, account(None, three, 2)]).await.unwrap(),
        [false, true]
    );
    let found = open().await.find_accounts(vec![ids[2].clone()]).await.unwrap();
    assert_eq!(found, [Some(Account { slot: slot(2), ..all[2].clone() })]);

    // By key, page by page.
    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(|last: &Account| last.id.clone());
        let page = open().await.admitted_under(slot(1).parameters, after, 1).await.unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all[..2], "the account without a label comes first");
    assert_eq!(open().await.admitted_under(slot(3).parameters, None, 9).await.unwrap(), []);

    let store = open().await;
    let new = account(Some(name("race")), one, 1);
    let linked = at_once(&store, |store, _| {
        let new = new.clone();
        async move { store.link(vec![new]).await.unwrap() == [true] }
    });
    assert_eq!(count(&linked.await, |new| *new), 1);

    // Acts: once for each request, and as long as the 网号 is not erased.
    let acts = [act(1, &ids[0]), act(2, &ids[0])];
    for act in [&acts[1], &acts[0], &acts[0]] {
        open().await.record(act.clone()).await.unwrap();
    }
    let other = SignedAct { answer: Vec::new(), ..acts[0].clone() };
    open().await.record(other).await.unwrap();
    open().await.record(act(3, &ids[1])).await.unwrap();
    assert_eq!(open().await.acts(ids[0].clone()).await.unwrap(), acts);
    assert_eq!(open().await.acts(ids[2].clone()).await.unwrap(), []);

    assert!(open().await.unlink(ids[0].clone()).await.unwrap());
    assert!(!open().await.unlink(ids[0].clone()).await.unwrap());
    assert_eq!(open().await.acts(ids[0].clone()).await.unwrap(), acts);
    let found = open().await.find_accounts(ids.clone()).await.unwrap();
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, true]);

    let erased = open().await.erase(one).await.unwrap();
    assert_eq!(erased, Erased { accounts: 2, acts: 3 });
    assert_eq!(open().await.erase(one).await.unwrap(), Erased::default());
    assert_eq!(open().await.acts(ids[0].clone()).await.unwrap(), []);
    let found = open().await.find_accounts(ids).await.unwrap();
    assert_eq!(found.iter().map(Option::is_some).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(open().await.link(vec![all[0].clone()]).await.unwrap(), [true]);
}
