//! What only script does on the pages: words that are selected become evidence, sliders ask for the invoices again.

use super::{LIGHT, browser, file, sign_in};
use crate::house::House;

/// What only script does: words that are selected on the page become what a term rests on, its value is read from them
/// anew, and a slider asks for the invoices again as it comes to rest.
#[test]
fn selected_words_become_evidence_and_a_slider_bills_again() {
    let Some((_turn, driver)) = browser() else { return };
    let house = House::open();
    let window = driver.window(house.running.url("console"), LIGHT);
    sign_in(&window, &house, "ada", "admin");
    window.click("a[href='/contracts/new']");
    window.fill("input[type=file]", &file("02-usage"));
    window.click("form[enctype] button.main");
    window.until("reading the file", "document.querySelector('.panes')");
    let contract = window.address();
    window.open(&format!("{contract}?term=%2Fcustomer"));
    window.until("the term", "document.querySelector('form[data-cite]')");
    let lit = "document.querySelectorAll('.mark.chosen rect').length";
    window.until("its words on the page", lit);
    window.ask(SELECT_PROVIDER, &[]);
    window.until("the offer", "!document.querySelector('form[data-cite]').hidden");
    let selected = window.ask("return document.querySelector('[data-words]').textContent", &[]);
    window.click("form[data-cite] button");
    window.until(
        "the new words",
        "document.querySelector('.chosen-term blockquote').textContent.includes('Wayfare')",
    );
    let value = window.ask(
        "return document.querySelector('.chosen-term .large').textContent",
        &[],
    );
    let (value, selected) = (value.as_str().unwrap(), selected.as_str().unwrap());
    assert!(
        value.contains(selected.trim_end_matches(',')),
        "{selected}: {value}"
    );

    window.open(&format!("{contract}/preview"));
    window.until("the slider", "document.querySelector('input[type=range]')");
    let before = window.ask(SUM, &[]);
    window.ask(SLIDE, &[]);
    window.until(
        "the invoices anew",
        &format!("(() => {{ {SUM} }})() !== {before}"),
    );
    assert!(window.address().contains("use%3A"), "{}", window.address());
}

/// Selects the words of the provider's name.
const SELECT_PROVIDER: &str = "
  const words = [...document.querySelectorAll('.sheet [data-at]')];
  const first = words.findIndex((word) => word.textContent === 'Wayfare');
  const range = document.createRange();
  range.setStart(words[first].firstChild, 0);
  range.setEnd(words[first + 1].firstChild, words[first + 1].textContent.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return first;
";
const SUM: &str = "return document.querySelector('.card .large').textContent";
const SLIDE: &str = "
  const slider = document.querySelector('input[type=range]');
  slider.value = slider.max / 2;
  slider.dispatchEvent(new Event('input', { bubbles: true }));
";
