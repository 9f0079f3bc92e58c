//! A browser without script: follows links and redirects, keeps cookies, fills in the forms it was served.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A person at a browser.
pub(crate) struct Visitor {
    host: String,
    cookies: BTreeMap<String, String>,
}

/// An answer of the console.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Where it was found, after redirects.
    pub(crate) address: String,
}

impl Visitor {
    pub(crate) fn at(url: &str) -> Self {
        Self {
            host: url.trim_start_matches("http://").to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page and follows where it leads.
    pub(crate) fn open(&mut self, address: &str) -> Page {
        let page = self.ask("GET", address, &[], b"");
        self.follow(page)
    }

    /// Sends a form with the token of the page it stands on.
    pub(crate) fn send(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let token = page.field("token");
        let mut all = vec![("token", token.as_str())];
        all.extend_from_slice(fields);
        let answer = self.post(action, &all, &[]);
        self.follow(answer)
    }

    /// Sends any form, and follows nothing.
    pub(crate) fn post(&mut self, action: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.ask("POST", action, &all, body.join("&").as_bytes())
    }

    /// Sends files by the form of that page.
    pub(crate) fn upload(&mut self, page: &Page, files: &[(&str, &[u8])]) -> Page {
        self.upload_as(page, files, false)
    }

    /// The same, with the box ticked that says they are the papers of one contract, or not.
    pub(crate) fn upload_as(&mut self, page: &Page, files: &[(&str, &[u8])], together: bool) -> Page {
        const EDGE: &str = "----edge-of-a-part";
        let mut body = format!(
            "--{EDGE}\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n{}\r\n",
            page.field("token")
        )
        .into_bytes();
        if together {
            let ticked =
                format!("--{EDGE}\r\ncontent-disposition: form-data; name=\"together\"\r\n\r\nyes\r\n");
            body.extend_from_slice(ticked.as_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--{EDGE}\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let answer = self.ask("POST", "/contracts/new", &[("content-type", &kind)], &body);
        self.follow(answer)
    }

    pub(crate) fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            if !(300..400).contains(&page.status) {
                break;
            }
            let to = page.header("location").to_owned();
            page = self.ask("GET", &to, &[], b"");
        }
        page
    }

    /// HTTP/1.0, so that the answer ends with the connection and comes in one piece.
    pub(crate) fn ask(&mut self, method: &str, address: &str, headers: &[(&str, &str)], body: &[u8]) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut head = format!(
            "{method} {address} HTTP/1.0\r\nhost: {}\r\ncookie: {}\r\ncontent-length: {}\r\n",
            self.host,
            cookies.join("; "),
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut connection = TcpStream::connect(&self.host).unwrap();
        connection.write_all(head.as_bytes()).unwrap();
        connection.write_all(body).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let page = Page::read(answer, address);
        self.remember(&page);
        page
    }

    fn remember(&mut self, page: &Page) {
        for (_, cookie) in page.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().to_owned();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value);
            }
        }
    }
}

impl Page {
    fn read(answer: Vec<u8>, address: &str) -> Self {
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Self {
            status,
            headers: headers.collect(),
            body: answer[end + 4..].to_vec(),
            address: address.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value of the first field of that name.
    pub(crate) fn field(&self, name: &str) -> String {
        let text = self.text();
        let mark = format!("name=\"{name}\" value=\"");
        let from = text
            .find(&mark)
            .unwrap_or_else(|| panic!("no field {name} on {}:\n{text}", self.address))
            + mark.len();
        unescaped(&text[from..from + text[from..].find('"').unwrap()])
    }

    /// Addresses that the page names: links, forms, pictures, scripts, styles.
    pub(crate) fn addresses(&self) -> Vec<String> {
        let text = self.text();
        let found = ["href=\"", "src=\"", "action=\""].iter().flat_map(|mark| {
            text.match_indices(mark)
                .map(|(at, _)| {
                    let rest = &text[at + mark.len()..];
                    unescaped(&rest[..rest.find('"').unwrap()])
                })
                .collect::<Vec<_>>()
        });
        found.collect()
    }
}

/// Text as a person reads it on the page.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
