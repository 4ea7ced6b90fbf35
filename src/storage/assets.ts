/** The files of assets/: what the Worker reads now and then, and so does not carry in its code. */

/** A file's text, or null while the platform does not hand it out. */
export async function readAsset(assets: Fetcher, name: string): Promise<string | null> {
  try {
    // Only the path counts: nothing of it leaves the platform.
    const file = await assets.fetch(`https://assets.invalid/${name}`)
    return file.ok ? await file.text() : null
  } catch {
    return null
  }
}
