"""What an invoice is to the tax office: the FA(3) document, its check, its verification code, its way to KSeF."""
