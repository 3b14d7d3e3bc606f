# The image of the bundled Postgres, for those who build with Docker: the image `duckmon` with a shell,
# which initdb needs. Its content is that of `node scripts/images.ts build duckmon-postgres`, which needs
# no Docker and is what the tests use; of this file the tests know no more than that both say the same
# about how it starts.
# Build it at the top of the checkout, after duckmon.Dockerfile:
#   docker build -f scripts/lib/images/duckmon-postgres.Dockerfile -t duckmon-postgres .
ARG NODE_IMAGE=node:24-bookworm-slim
ARG DUCKMON_IMAGE=duckmon

FROM ${NODE_IMAGE} AS shell
COPY scripts/lib/images/packages/postgres.txt /packages.txt
RUN apt-get update \
  && mkdir -p /packages /root-folder/usr/bin /root-folder/usr/lib \
  && ln -s usr/bin /root-folder/bin && ln -s usr/lib /root-folder/lib \
  && cd /packages && grep -v '^#' /packages.txt | xargs apt-get download \
  && for file in *.deb; do dpkg-deb --fsys-tarfile "$file" \
    | tar -x --keep-directory-symlink -C /root-folder; done \
  && cd /root-folder \
  && rm -rf usr/share/man usr/share/lintian usr/share/menu usr/share/debianutils \
  && find usr/share/doc ! -type d ! -name copyright -delete

FROM ${DUCKMON_IMAGE}
COPY --from=shell /root-folder/ /
ENV PATH=/usr/local/bin \
    NODE_ENV=production \
    NODE_OPTIONS=--disable-warning=ExperimentalWarning \
    HOME=/tmp
LABEL org.opencontainers.image.title=duckmon-postgres
USER 10001:10001
WORKDIR /app
ENTRYPOINT ["node"]
CMD ["services/store/embedded/trial.ts"]
