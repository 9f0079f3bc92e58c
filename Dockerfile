# Both services and the command line in one small image. See the README: not yet proven on a container engine.
FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked --package quittance

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates tesseract-ocr \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/quittance quittance
COPY --from=build /source/target/release/quittance /usr/local/bin/quittance
USER quittance
WORKDIR /var/lib/quittance
ENV QUITTANCE_LOG_FORMAT=json
ENTRYPOINT ["quittance"]
CMD ["serve"]
