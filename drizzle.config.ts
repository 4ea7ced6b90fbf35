import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: [
    './src/storage/schema.ts',
    './src/storage/graph-schema.ts',
    './src/storage/portfolio-schema.ts',
  ],
  out: './migrations',
})
