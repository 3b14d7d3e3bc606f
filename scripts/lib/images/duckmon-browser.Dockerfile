# The image of the browser workers, for those who build with Docker: the image `duckmon` with Chromium.
# Its content is that of `node scripts/images.ts build duckmon-browser`, which needs no Docker and is what
# the tests use; of this file the tests know no more than that both say the same about how it starts.
# Build it at the top of the checkout, after duckmon.Dockerfile:
#   docker build -f scripts/lib/images/duckmon-browser.Dockerfile -t duckmon-browser .
ARG NODE_IMAGE=node:24-bookworm-slim
ARG DUCKMON_IMAGE=duckmon

FROM ${NODE_IMAGE} AS browser
COPY scripts/lib/images/packages/browser.txt /packages.txt
RUN apt-get update \
  && mkdir -p /packages /root-folder/usr/lib \
  && ln -s usr/lib /root-folder/lib \
  && cd /packages && grep -v '^#' /packages.txt | xargs apt-get download \
  && for file in *.deb; do dpkg-deb --fsys-tarfile "$file" \
    | tar -x --keep-directory-symlink -C /root-folder; done \
  && cd /root-folder \
  && rm -rf bin sbin usr/bin usr/sbin usr/share/man usr/share/lintian usr/share/locale var \
    usr/lib/systemd usr/lib/udev usr/lib/chromium/libVk* usr/lib/chromium/*.TOC \
    usr/lib/chromium/chrome_crashpad_handler \
  && find usr/share/doc ! -type d ! -name copyright -delete \
  && find etc -mindepth 1 -maxdepth 1 ! -name fonts -exec rm -r {} + \
  && find . -perm /6000 -exec chmod a-s {} +

FROM ${DUCKMON_IMAGE}
COPY --from=browser /root-folder/ /
ENV PATH=/usr/local/bin \
    NODE_ENV=production \
    NODE_OPTIONS=--disable-warning=ExperimentalWarning \
    HOME=/tmp \
    CHROMIUM_PATH=/usr/lib/chromium/chromium-headless-shell
LABEL org.opencontainers.image.title=duckmon-browser
USER 10001:10001
WORKDIR /app
ENTRYPOINT ["node"]
CMD ["services/browser/main.ts"]
