import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: ['./src/storage/schema.ts', './src/storage/graph-schema.ts'],
  out: './migrations',
})
