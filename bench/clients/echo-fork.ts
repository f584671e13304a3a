interface Request {
  readonly id: number;
  readonly params: unknown;
}

process.on('message', ({ id, params }: Request) => process.send?.({ id, result: params }));
