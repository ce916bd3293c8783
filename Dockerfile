# Inkling in an image: one stage installs and builds, the other only runs. The Node that runs is the one package-lock.json
# names (docs/decisions/0001-node-24-from-npm.md), so the image below it needs none of its own.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node_modules/.bin/node --input-type=module --eval "import { buildIfStale } from './src/cli/built.ts'; await buildIfStale();" \
  && test -f ui/dist/index.html && test -f sdk/browser/dist/sdk.js \
  && npm prune --omit=dev --no-audit --no-fund

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Inkling" \
  org.opencontainers.image.description="Open-source customer intent" \
  org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 inkling \
  && useradd --uid 10001 --gid inkling --no-create-home --shell /usr/sbin/nologin inkling \
  && install --directory --owner=inkling --group=inkling --mode=0700 /data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/src ./src
COPY --from=build /app/ui/dist ./ui/dist
COPY --from=build /app/sdk/browser/dist ./sdk/browser/dist
ENV PATH=/app/node_modules/.bin:$PATH \
  NODE_ENV=production \
  INKLING_DATA=/data \
  HOST=0.0.0.0 \
  PORT=8020
USER 10001:10001
VOLUME /data
EXPOSE 8020
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Stops on SIGTERM: what is acknowledged is shipped, or waits in the journal for the next start.
STOPSIGNAL SIGTERM
CMD ["node", "src/cli/main.ts", "start"]
