import { render } from 'preact';

import { App } from './app/app.tsx';
import { pageNamed } from './app/page-list.ts';
import { setPages } from './app/router.ts';
import { applyTheme } from './app/theme.ts';
import { Gateway } from './gateway/gateway.ts';

applyTheme();
setPages((path) => pageNamed(decodeURIComponent(path.split('/')[1] ?? '')) !== undefined);
const gateway = new Gateway(location.origin);
gateway.start();
render(<App gateway={gateway} />, document.body);
