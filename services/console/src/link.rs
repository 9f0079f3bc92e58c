//! Addresses of pages, put together so that no name can change where they lead.

/// A name as one part of a path.
pub(crate) fn segment(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    // A browser takes a lone dot, or two, for a step in the path, even when they are escaped.
    if matches!(name, "." | "..") {
        return format!("{name}%20");
    }
    name.bytes().map(byte).collect()
}

/// A page with these fields; those that are empty are left out.
pub(crate) fn with(page: &str, fields: &[(&str, &str)]) -> String {
    let given: Vec<_> = fields.iter().filter(|(_, value)| !value.is_empty()).collect();
    if given.is_empty() {
        return page.to_owned();
    }
    let query = serde_urlencoded::to_string(given).unwrap_or_default();
    format!("{page}?{query}")
}

/// The pages of an account.
pub(crate) fn account(id: &str) -> String {
    format!("/accounts/{}", segment(id))
}

/// The page of an invoice, by its id or number.
pub(crate) fn invoice(name: &str) -> String {
    format!("/invoices/{}", segment(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_somewhere_else() {
        for (name, part) in [
            ("acme", "acme"),
            ("a/../b?x#y", "a%2F..%2Fb%3Fx%23y"),
            ("..", "..%20"),
            ("a b\"\r\nX: é", "a%20b%22%0D%0AX%3A%20%C3%A9"),
        ] {
            assert_eq!(segment(name), part);
        }
        let fields = [("search", "a&b=c"), ("after", "")];
        assert_eq!(with("/invoices", &fields), "/invoices?search=a%26b%3Dc");
        assert_eq!(with("/invoices", &[]), "/invoices");
    }
}
