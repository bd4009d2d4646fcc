# syntax=docker/dockerfile:1
# An exact version without a digest. docs/operations.md says how to pin one.
FROM node:24.21.0-slim

ENV NODE_ENV=production
WORKDIR /app

# The Temporal client needs the CA certificates to check a server that uses TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

COPY tsconfig.json ./
COPY migrations migrations
COPY src src

USER node

# Worker and API use the same image; docker-compose.yml sets the command. Node is started directly: npm would get the
# signals instead of it.
CMD ["node", "--import", "tsx", "src/bin/worker.ts"]
