
declare function showBanner(name: string, attributes?: unknown): void;
declare const payload: Record<string, unknown>;
declare const bundle: object;
