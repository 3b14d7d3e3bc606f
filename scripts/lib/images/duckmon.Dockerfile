# The image of every service and of the operator, for those who build with Docker. Its content is that
# of `node scripts/images.ts build duckmon`, which needs no Docker and is what the tests use; of this
# file the tests know no more than that both say the same about how the image starts.
# Build it at the top of the checkout:
#   docker build -f scripts/lib/images/duckmon.Dockerfile -t duckmon .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional peers of others would bring some of them back.
RUN npm pkg delete devDependencies 'optionalDependencies.@sparticuz/chromium' \
  && npm install --package-lock-only --ignore-scripts \
  && npm ci --ignore-scripts \
  && rm package.json package-lock.json .npmrc

FROM ${NODE_IMAGE} AS sources
WORKDIR /checkout
COPY . .
RUN npm ci --ignore-scripts \
  && node scripts/generate.ts \
  && node services/dashboard/build.ts \
  && mkdir -p /sources/app \
  && cp -r crds operator services package.json LICENSE /sources/app/ \
  && cd /sources/app \
  && rm -rf services/dashboard/web \
  && find . -depth -name testing -type d -exec rm -r {} + \
  && find . \( -name '*.test.ts' -o -name testing.ts -o -name '*.md' \) -delete

# Libraries alone: no shell, no package manager.
FROM ${NODE_IMAGE} AS system
COPY scripts/lib/images/packages/node.txt /packages.txt
RUN apt-get update \
  && mkdir -p /packages /root-folder/usr/lib /root-folder/usr/lib64 /root-folder/etc /root-folder/tmp \
  && ln -s usr/lib /root-folder/lib && ln -s usr/lib64 /root-folder/lib64 \
  && cd /packages && grep -v '^#' /packages.txt | xargs apt-get download \
  && for file in *.deb; do dpkg-deb --fsys-tarfile "$file" \
    | tar -x --keep-directory-symlink -C /root-folder; done \
  && cd /root-folder \
  && rm -rf usr/bin usr/sbin usr/share/man usr/share/lintian etc/ld.so.conf.d usr/lib/*/gconv \
  && find usr/share/doc ! -type d ! -name copyright -delete \
  && echo 'duckmon:x:10001:10001::/tmp:/nologin' >etc/passwd \
  && echo 'duckmon:x:10001:' >etc/group \
  && printf 'passwd: files\ngroup: files\nhosts: files dns\n' >etc/nsswitch.conf \
  && chmod 1777 tmp

FROM scratch
COPY --from=system /root-folder/ /
COPY --from=system /usr/local/bin/node /usr/local/bin/node
COPY --from=modules /app/ /app/
COPY --from=sources /sources/ /
ENV PATH=/usr/local/bin \
    NODE_ENV=production \
    NODE_OPTIONS=--disable-warning=ExperimentalWarning \
    HOME=/tmp
LABEL org.opencontainers.image.title=duckmon \
      org.opencontainers.image.licenses=Apache-2.0
USER 10001:10001
WORKDIR /app
ENTRYPOINT ["node"]
